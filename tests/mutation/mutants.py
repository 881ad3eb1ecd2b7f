"""All mutants of a source text, and a sample of those of many files."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random

_TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}


@dataclass(frozen=True)
class Mutant:
    """One change: the characters of a file from `start` to `end` become `text`."""

    file: str
    line: int
    what: str
    start: int
    end: int
    text: str

    def applied(self, source: str) -> str:
        """The source with the change in it."""
        return source[: self.start] + self.text + source[self.end :]

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


def mutants_of(file: str, source: str) -> Iterator[Mutant]:
    """Every mutant of a file, in the order of the text."""
    tree = ast.parse(source)
    place = _Places(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            yield _turned(file, node, place)
        elif isinstance(node, ast.If | ast.While | ast.IfExp):
            yield _negated(file, node.test, place)
        elif isinstance(node, ast.comprehension):
            for condition in node.ifs:
                yield _negated(file, condition, place)
        elif isinstance(node, ast.Raise):
            start, end = place.of(node)
            yield Mutant(file, node.lineno, "raise dropped", start, end, "pass")


def sample(sources: Mapping[str, str], count: int, seed: int) -> list[Mutant]:
    """So many mutants of these files, the same for the same files and seed."""
    every = [mutant for file in sorted(sources) for mutant in mutants_of(file, sources[file])]
    chosen = Random(seed).sample(every, min(count, len(every)))
    return sorted(chosen, key=lambda mutant: (mutant.file, mutant.start))


class _Places:
    """Where in the text a node is: ast counts bytes of lines."""

    def __init__(self, source: str) -> None:
        self._lines = source.splitlines(keepends=True)
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line))

    def of(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return (
            self._at(node.lineno, node.col_offset),
            self._at(node.end_lineno, node.end_col_offset),
        )

    def _at(self, line: int, column: int) -> int:
        text = self._lines[line - 1].encode()[:column].decode()
        return self._starts[line - 1] + len(text)


def _turned(file: str, node: ast.Compare, place: _Places) -> Mutant:
    (operator,) = node.ops
    other = _TURNED[type(operator)]()
    turned = ast.Compare(node.left, [other], node.comparators)
    start, end = place.of(node)
    what = f"comparison turned: {ast.unparse(turned)}"
    return Mutant(file, node.lineno, what, start, end, f"({ast.unparse(turned)})")


def _negated(file: str, test: ast.expr, place: _Places) -> Mutant:
    start, end = place.of(test)
    text = f"(not ({ast.unparse(test)}))"
    return Mutant(
        file, test.lineno, f"condition negated: {ast.unparse(test)}", start, end, text
    )
