"""The colours of the page and of the picture: enough contrast, light and dark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import harvester_net.report
from harvester_net.topology import svg

STYLE = Path(harvester_net.report.__file__).with_name("style.css").read_text()
TEXT, SHAPE = 4.5, 3.0
"""Contrast that WCAG 2.2 asks for at level AA: of text, and of what shows a state."""
SCHEMES = ("light", "dark")


def luminance(colour: str) -> float:
    """As WCAG defines it."""
    digits = colour if len(colour) == 6 else "".join(2 * digit for digit in colour)
    parts = (int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted(map(luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


def palette(scheme: str) -> dict[str, str]:
    """The colours of the page."""
    light, dark = re.findall(r":root \{(.*?)\}", STYLE, re.S)
    found = dict(re.findall(r"--(\w+): #([0-9a-f]{6});", light if scheme == "light" else dark))
    assert len(found) == 9
    return found


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", ["ink", "pale", "link", "bad"])
@pytest.mark.parametrize("back", ["back", "raised"])
def test_words_can_be_read(scheme: str, name: str, back: str) -> None:
    colours = palette(scheme)
    assert contrast(colours[name], colours[back]) >= TEXT


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", ["good", "beware", "bad"])
def test_marks_can_be_seen(scheme: str, name: str) -> None:
    colours = palette(scheme)
    assert contrast(colours[name], colours["raised"]) >= SHAPE


def test_no_rule_has_a_colour_of_its_own() -> None:
    rules = re.sub(r":root \{.*?\}", "", STYLE, flags=re.S)
    assert "#" not in rules


def drawn(scheme: str) -> dict[str, str]:
    """The colours of the picture by their selectors; dark ones lie over the light ones."""
    light, dark = svg.STYLE.split("@media screen and (prefers-color-scheme:dark){")
    text = light if scheme == "light" else light + dark
    found = {}
    for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", text):
        for selector in selectors.strip().split(","):
            for name, colour in re.findall(r"(fill|stroke|color):#([0-9a-f]+)", body):
                found[f"{selector} {name}"] = colour
    return found


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_picture_can_be_read(scheme: str) -> None:
    colours = drawn(scheme)
    words = colours["svg color"]
    for back in ("rect fill", ".page fill", ".setting rect fill"):
        assert contrast(words, colours[back]) >= TEXT
    page = colours[".page fill"]
    assert contrast(colours["rect stroke"], page) >= SHAPE
    for mark in (".missing rect", ".new rect", ".changed rect", ".going rect"):
        assert contrast(colours[f"{mark} stroke"], page) >= SHAPE
