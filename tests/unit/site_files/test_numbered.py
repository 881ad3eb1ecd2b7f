"""YAML with the line of each value."""

from __future__ import annotations

from typing import Any

import pytest

from harvester_net.site_files.numbered import DEEPEST, MOST, Mistake, numbered

TEXT = """\
# A comment
paths:
  tenant:
    mtu: 9000

    nics: [eno2,
           eno3]
  "a.b/c":
    - one
    -
      two: 2
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("", 2),
        ("paths", 2),
        ("paths.tenant", 3),
        ("paths.tenant.mtu", 4),
        ("paths.tenant.nics", 6),
        ("paths.tenant.nics[0]", 6),
        ("paths.tenant.nics[1]", 7),
        ('paths["a.b/c"]', 8),
        ('paths["a.b/c"][0]', 9),
        ('paths["a.b/c"][1].two', 11),
        # Those that are not there are missing in the nearest one above.
        ("paths.tenant.uplinks", 3),
        ("paths.tenant.mtu.x[7]", 4),
        ("paths.tenants", 2),
        ("other", 2),
    ],
)
def test_line_of_each_path(path: str, line: int) -> None:
    assert numbered(TEXT).line_of(path) == line


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 1", {"a": 1}),
        ("a: -1", {"a": -1}),
        ("a: true\nb: False", {"a": True, "b": False}),
        ("a: ~\nb:\nc: null", {"a": None, "b": None, "c": None}),
        ("a: '1'\nb: \"true\"\nc: !!str 5", {"a": "1", "b": "true", "c": "5"}),
        # What YAML 1.1 takes for truth, octal numbers, sexagesimal ones and dates.
        ("a: no\nb: on\nc: y", {"a": "no", "b": "on", "c": "y"}),
        ("a: 0100\nb: 10:20\nc: 2026-11-29", {"a": "0100", "b": "10:20", "c": "2026-11-29"}),
        ("a: 802.3ad\nb: 1.5\nc: 1e3", {"a": "802.3ad", "b": "1.5", "c": "1e3"}),
        ("a: truest\nb: 5x", {"a": "truest", "b": "5x"}),
        (f"a: {'9' * 5000}", {"a": "9" * 5000}),
        # Keys are names, whatever they look like.
        ("1: a\ntrue: b\n~: c", {"1": "a", "true": "b", "~": "c"}),
        ("a: &x [1, 2]\nb: *x", {"a": [1, 2], "b": [1, 2]}),
        ("<<: {a: 1}", {"<<": {"a": 1}}),
        ("[]", []),
        ("", {}),
        ("# nothing", {}),
        ("\ufeffa: 1", {"a": 1}),
    ],
)
def test_plain_texts_mean_what_yaml_1_2_says(text: str, value: Any) -> None:
    assert numbered(text).value == value


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: [1", (1, "", "while parsing a flow sequence, expected ',' or ']'")),
        ("a:\n  b: c: d", (2, "", "mapping values are not allowed here")),
        ("a:\n\t- x", (2, "", "while scanning for the next token, found character '\\t'")),
        ("a: 1\nb: *c", (2, "", "found undefined alias 'c'")),
        ("a: 1\n---\nb: 2", (2, "", "expected a single document in the stream")),
        ("a: 1\nb: \x07", (2, "", "has a character that YAML forbids: U+0007")),
        ('a: "\\UFFFFFFFF"', (1, "", "is no YAML: a character is escaped that is none")),
        ('a:\n  b: "\\ud800"', (2, "a.b", "has a character that is none")),
        ("a:\n  b: 1\n  c: 2\n  b: 3", (4, "a.b", "is given twice; the first is in line 2")),
        ("? [a]\n: 1", (1, "", "has a key that is no text")),
        ("a: !secret b", (1, "a", "has the tag !secret; write the value without one")),
        ("a: !!int b", (1, "a", "has the tag tag:yaml.org,2002:int; write the value")),
        ("a: !!float 1.5", (1, "a", "has the tag tag:yaml.org,2002:float; write")),
        ("a: !!python/name:os.system x", (1, "a", "has the tag tag:yaml.org,2002:python/")),
        ("a: &x\n  - *x", (1, "a" + "[0]" * DEEPEST, "is nested deeper than 30 levels")),
        ("[" * 2_000, (1, "", "is nested deeper than 30 levels")),
        ("[" * 40 + "]" * 40, (1, "", "is nested deeper than 30 levels")),
    ],
)
def test_mistakes_are_told_with_their_lines(text: str, told: tuple[int, str, str]) -> None:
    with pytest.raises(Mistake) as raised:
        numbered(text)
    line, path, sentence = told
    assert (raised.value.line, raised.value.path) == (line, path)
    assert raised.value.sentence.startswith(sentence)


def test_aliases_of_aliases_do_not_grow_without_end() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 20)]
    with pytest.raises(Mistake) as raised:
        numbered("\n".join(lines))
    assert raised.value.sentence == f"is too much: more than {MOST} values"
