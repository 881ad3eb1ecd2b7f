"""All mutants of a source text, a sample of those of many files, and code with them in it.

The code has each chosen mutant beside what it replaces, and asks `SWITCH` each time which of
both it is to be. So tests are loaded once for all mutants, and what asks is what is reached.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random

SWITCH = "__mutant__"
"""The builtin function that tells whether the mutant of a number is in force."""

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
    """One change of a file: which of its changes, where, and what is changed."""

    file: str
    place: int
    line: int
    what: str

    @property
    def id(self) -> str:
        """The same as long as the file is."""
        return f"{self.file} {self.place}"

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


def mutants_of(file: str, source: str) -> list[Mutant]:
    """Every mutant of a file."""
    return [
        Mutant(file, place, change.replaced.lineno, change.what)
        for place, change in enumerate(_changes(ast.parse(source)))
    ]


def sample(sources: Mapping[str, str], count: int, seed: int) -> list[Mutant]:
    """So many mutants of these files, the same for the same files and seed."""
    every = [mutant for file in sorted(sources) for mutant in mutants_of(file, sources[file])]
    chosen = Random(seed).sample(every, min(count, len(every)))
    return sorted(chosen, key=lambda mutant: (mutant.file, mutant.line, mutant.place))


def switched(source: str, numbers: Mapping[int, int]) -> ast.Module:
    """The code with some mutants in it: by their place in the file, what `SWITCH` is asked."""
    tree = ast.parse(source)
    changes: dict[ast.AST, list[tuple[int, _Change]]] = {}
    for place, change in enumerate(_changes(tree)):
        if place in numbers:
            changes.setdefault(change.replaced, []).append((numbers[place], change))
    _Switching(changes).visit(tree)
    return ast.fix_missing_locations(tree)


@dataclass(frozen=True)
class _Change:
    what: str
    replaced: ast.expr | ast.Raise
    by: ast.expr | None = None
    """Nothing in place of a statement."""


def _changes(tree: ast.Module) -> Iterator[_Change]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            yield _turned(node)
        elif isinstance(node, ast.If | ast.While | ast.IfExp):
            yield _negated(node.test)
        elif isinstance(node, ast.comprehension):
            yield from map(_negated, node.ifs)
        elif isinstance(node, ast.Raise):
            yield _Change("raise dropped", node)


def _turned(node: ast.Compare) -> _Change:
    (operator,) = node.ops
    turned = ast.Compare(node.left, [_TURNED[type(operator)]()], node.comparators)
    return _Change(f"comparison turned: {ast.unparse(turned)}", node, turned)


def _negated(test: ast.expr) -> _Change:
    negated = ast.UnaryOp(ast.Not(), test)
    return _Change(f"condition negated: {ast.unparse(test)}", test, negated)


class _Switching(ast.NodeTransformer):
    """Puts the changes beside what they replace."""

    def __init__(self, changes: Mapping[ast.AST, list[tuple[int, _Change]]]) -> None:
        self._changes = changes

    def visit(self, node: ast.AST) -> ast.AST:
        switched: ast.AST = self.generic_visit(node)
        for number, change in self._changes.get(node, ()):
            switched = ast.copy_location(_either(number, change, switched), node)
        return switched


def _either(number: int, change: _Change, otherwise: ast.AST) -> ast.AST:
    asked = ast.Call(ast.Name(SWITCH, ast.Load()), [ast.Constant(number)], [])
    if isinstance(otherwise, ast.stmt):
        return ast.If(ast.UnaryOp(ast.Not(), asked), [otherwise], [])
    assert isinstance(otherwise, ast.expr)
    assert change.by is not None
    return ast.IfExp(asked, change.by, otherwise)
