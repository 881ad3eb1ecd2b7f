"""Text of others on a terminal: what is not seen is shown as an escape, and it has an end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvester_net.printable import LONGEST, printable

TEXTS = st.text(st.characters()) | st.text("a \t\r\n\x1b\x07\u202e\ufe0f…)", max_size=120)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("can't create vlanConfig nc-1", "can't create vlanConfig nc-1"),
        ("Grüße, 日本語 😀", "Grüße, 日本語 😀"),
        ("\x1b]0;x\x07\x1b[2J", r"\x1b]0;x\x07\x1b[2J"),
        ("a\x00\x08\x7f", r"a\x00\x08\x7f"),
        ("\x9b2J", r"\x9b2J"),
        ("evil\u202ecod.exe\u202c", r"evil\u202ecod.exe\u202c"),
        ("\u2066a\u2069\u200e\u061c", r"\u2066a\u2069\u200e\u061c"),
        ("no\u200bde\ufeff1\u2060\u00ad", r"no\u200bde\ufeff1\u2060\xad"),
        ("a\u2028b\u2029c\x85d\x0be\x0cf", r"a\u2028b\u2029c\x85d\x0be\x0cf"),
        ("a\u00a0b\u3000c", r"a\xa0b\u3000c"),
        ("a\ud800b", r"a\ud800b"),
        ("\U000e0041\ue000", r"\U000e0041\ue000"),
        ("\u3164\u115f\ufe0f\u034f", r"\u3164\u115f\ufe0f\u034f"),
        (r"C:\x1b is a path", r"C:\x1b is a path"),
    ],
)
def test_what_is_not_seen_is_an_escape(text: str, shown: str) -> None:
    assert printable(text) == shown
    assert printable(text, lines=True) == shown


@pytest.mark.parametrize(
    ("text", "folded", "kept"),
    [
        ("one\ntwo", "one two", "one\ntwo"),
        ("one\r\ntwo\rthree", "one two three", r"one\x0d" + "\ntwo" + r"\x0dthree"),
        ("a\tb", "a b", "a\tb"),
        ("\n\n a  b \n\t c \n", "a  b c", "\n\n a  b \n\t c \n"),
    ],
)
def test_line_breaks_are_folded_or_kept(text: str, folded: str, kept: str) -> None:
    assert printable(text) == folded
    assert printable(text, lines=True) == kept


def test_a_long_text_says_how_much_is_left_out() -> None:
    assert printable("a" * LONGEST) == "a" * LONGEST
    shown = printable("a" * (LONGEST + 1))
    assert shown == "a" * (LONGEST - 40) + "… (41 more characters)"
    assert printable("\x1b" * 100, 60) == r"\x1b" * 5 + "… (95 more characters)"
    assert printable("a" * 10**6, None) == "a" * 10**6


@given(TEXTS, st.integers(0, 200), st.booleans())
def test_it_is_printable_and_bounded_and_twice_does_no_harm(
    text: str, most: int, lines: bool
) -> None:
    shown = printable(text, most, lines=lines)
    seen = shown.replace("\n", "").replace("\t", "") if lines else shown
    assert seen.isprintable()
    assert len(shown) <= max(most, 40)
    assert printable(shown, max(most, 40), lines=lines) == shown
    shown.encode()


def test_many_spaces_take_no_time() -> None:
    assert printable(" " * 10**6 + "a") == "a"
