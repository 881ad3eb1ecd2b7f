"""Texts mean the same in a program, and lines stay short."""

from __future__ import annotations

import ast
import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from harvester_net.adopt.layout import Brackets, laid_out, prefixed, suffixed
from harvester_net.adopt.texts import body, comment, literal

from ..fuzzed import fuzzed

SOME = st.text(st.characters(exclude_categories=["Cs"]))


@fuzzed
@given(SOME)
def test_a_literal_is_its_text_in_python_and_yaml(text: str) -> None:
    made = literal(text)
    assert ast.literal_eval(made) == text
    assert yaml.safe_load(made) == text
    assert made.isprintable()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('say "hi" \\', r'"say \"hi\" \\"'),
        ("a\nb\tc", r'"a\nb\tc"'),
        ("\x1b[31m", r'"\u001b[31m"'),
        ("\u202edata", r'"\u202edata"'),
        ("größe 网络", '"größe 网络"'),
        ("\U000e0100", r'"\U000e0100"'),
    ],
)
def test_what_nobody_sees_is_a_number(text: str, expected: str) -> None:
    assert literal(text) == expected


def test_javascript_has_its_own_escapes() -> None:
    assert body("`${x}`\U000e0100", "\\`$", "\\u{{{:x}}}") == r"\`\${x}\`\u{e0100}"


def test_a_comment_is_never_left() -> None:
    lines = list(comment("#", ["one\n__import__('os')", "\r\u2028two " + "x" * 100], 40))
    assert all(line.startswith("# ") for line in lines)
    assert json.dumps(lines).isprintable()


WIDE = Brackets("f(", ["a" * 10, Brackets("[", ["b" * 10, "c" * 10], "]"), "d"], ")")


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (60, "f(aaaaaaaaaa, [bbbbbbbbbb, cccccccccc], d)"),
        (35, "f(\n  aaaaaaaaaa,\n  [bbbbbbbbbb, cccccccccc],\n  d,\n)"),
        (
            20,
            "f(\n  aaaaaaaaaa,\n  [\n    bbbbbbbbbb,\n    cccccccccc,\n  ],\n  d,\n)",
        ),
    ],
)
def test_brackets_are_broken_where_they_must(width: int, expected: str) -> None:
    assert laid_out(WIDE, width, "  ") == expected


def test_a_text_before_and_after_counts() -> None:
    node = suffixed(prefixed("name = ", Brackets("{", ["a", "b"], "}", spaced=True)), ";")
    assert laid_out(node, 30, " ") == "name = { a, b };"
    assert laid_out(node, 10, " ") == "name = {\n a,\n b,\n};"
