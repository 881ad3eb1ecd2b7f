"""Which mutant is in force, which tests come by which, and modules with mutants in them."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from .mutants import SWITCH, Mutant, switched


class Switch:
    """Asked by the code under test at each of the mutants."""

    def __init__(self) -> None:
        self.active: int | None = None
        self.test = ""
        """Its name, to be noted; empty while modules are loaded and tests are collected."""
        self.reached: dict[int, set[str]] = {}

    def __call__(self, number: int) -> bool:
        self.reached.setdefault(number, set()).add(self.test)
        return number == self.active


def install(project: Path, mutants: Sequence[Mutant]) -> Switch:
    """From now on modules are loaded with these mutants in them; none is in force yet."""
    numbers: dict[Path, dict[int, int]] = {}
    for number, mutant in enumerate(mutants):
        numbers.setdefault(project / mutant.file, {})[mutant.place] = number
    switch = Switch()
    setattr(builtins, SWITCH, switch)
    sys.meta_path.insert(0, _Finder(numbers))
    return switch


class _Finder(MetaPathFinder):
    def __init__(self, numbers: Mapping[Path, Mapping[int, int]]) -> None:
        self._numbers = numbers

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        if not fullname.startswith("harvester_net."):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.origin is None:
            return None
        if numbers := self._numbers.get(Path(spec.origin)):
            spec.loader = _Loader(fullname, spec.origin, numbers)
            return spec
        return None


class _Loader(SourceFileLoader):
    def __init__(self, fullname: str, path: str, numbers: Mapping[int, int]) -> None:
        super().__init__(fullname, path)
        self._numbers = numbers

    def get_code(self, fullname: str) -> CodeType:
        """Never from a compiled file, and none is written."""
        path = self.get_filename(fullname)
        source = self.get_source(fullname)
        assert source is not None
        code: Any = compile(switched(source, self._numbers), path, "exec", dont_inherit=True)
        assert isinstance(code, CodeType)
        return code
