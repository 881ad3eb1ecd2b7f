"""The page: its sections in the order in which a reader wants them."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

from ..markup import Element, element, html
from ..review.verdict import Level, level_of
from ..topology.svg import drawing
from ..version import VERSION
from . import machines, networks
from .changes import changes
from .findings import findings
from .parts import Section, bullets, paragraph
from .subject import Subject

_ONLY_ITSELF = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)
"""What a browser may load for it: nothing."""


def page(subject: Subject) -> str:
    """The page; the same subject, the same text."""
    sections = [
        *changes(subject),
        networks.glance(subject),
        *_findings(subject),
        _picture(subject),
        networks.coverage(subject),
        networks.cluster_networks(subject),
        networks.vm_networks(subject),
        machines.vms(subject),
        machines.switch_ports(subject),
        networks.settings(subject),
    ]
    title = _title(subject)
    return html(
        element(
            "html",
            _head(title),
            element(
                "body",
                element("a", "Skip to the content", class_="skip", href="#content"),
                _header(title, subject),
                _contents(sections),
                element("main", *(it.element for it in sections), id="content", tabindex=-1),
                element("footer", paragraph(f"Written by harvester-net {VERSION}.")),
            ),
            lang="en",
        )
    )


def _title(subject: Subject) -> str:
    if subject.preview is None:
        return "Networks of the cluster"
    return f"Preview of {subject.preview.name}"


def _head(title: str) -> Element:
    style = files(__package__).joinpath("style.css").read_text(encoding="utf-8")
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", **{"http-equiv": "Content-Security-Policy"}, content=_ONLY_ITSELF),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", title),
        element("style", style),
    )


def _header(title: str, subject: Subject) -> Element:
    told = [f"Left out: {words}" for words in subject.left_out]
    return element(
        "header",
        element("h1", title),
        paragraph(subject.source),
        bullets(told) if told else None,
    )


def _contents(sections: Sequence[Section]) -> Element:
    links = (element("a", it.title, href=f"#{it.id}") for it in sections)
    return element("nav", bullets(links), aria_label="On this page")


def _findings(subject: Subject) -> Sequence[Section]:
    """Of the cluster as it is: what a preview warns of is with what it changes."""
    if subject.seen is None:
        return []
    before = subject.before or subject.topology
    told = [
        element("span", element("strong", it.about), f": {it.words}")
        for it in findings(subject.seen, before)
    ]
    now = " as it is now" if subject.preview is not None else ""
    title = f"Findings on the cluster{now}"
    return [Section("findings", title, [bullets(told) if told else paragraph("None.")])]


def _picture(subject: Subject) -> Section:
    label = "Picture of the networks"
    drawn = element(
        "div",
        drawing(subject.topology, subject.before),
        class_="scroll",
        tabindex=0,
        role="group",
        aria_label=label,
    )
    words = "All that is in it is in the tables below, too."
    if subject.preview is not None:
        words = f"What is new is dashed, what changes is thick, what goes is dotted. {words}"
        if level_of(subject.preview) is Level.REFUSED:
            words = f"The preview did not come to its end: this is as far as it came. {words}"
    caption = element("figcaption", words)
    return Section("picture", label, [element("figure", drawn, caption)])
