"""The mutants of `make mutants`: what is changed in a source, and that samples come again."""

from __future__ import annotations

import ast

import pytest

from ..mutation.mutants import mutants_of, sample

SOURCE = '''\
def pick(items: list[str]) -> str:
    """Ä text before, for columns are counted in bytes."""
    ä = [item for item in items if item]
    if len(ä) <= 1:
        raise ValueError("too few")
    return ä[0] if ä[0] != "x" else ä[1]
'''


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("comparison turned: len(ä) < 1", "    if (len(ä) < 1):"),
        ("condition negated: len(ä) <= 1", "    if (not (len(ä) <= 1)):"),
        ("raise dropped", "        pass"),
        ("condition negated: item", "    ä = [item for item in items if (not (item))]"),
        ("comparison turned: ä[0] == 'x'", "    return ä[0] if (ä[0] == 'x') else ä[1]"),
    ],
)
def test_mutant_changes_one_place(what: str, line: str) -> None:
    (mutant,) = [one for one in mutants_of("pick.py", SOURCE) if one.what == what]
    changed = mutant.applied(SOURCE)
    ast.parse(changed)
    assert changed.splitlines()[mutant.line - 1] == line
    assert len(changed.splitlines()) == len(SOURCE.splitlines())


def test_sample_is_the_same_again() -> None:
    sources = {"a.py": SOURCE, "b.py": SOURCE}
    assert sample(sources, 4, seed=1) == sample(sources, 4, seed=1)
    assert sample(sources, 4, seed=1) != sample(sources, 4, seed=2)
    assert len(sample(sources, 100, seed=1)) == 12
