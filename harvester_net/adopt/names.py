"""Names in a program: of resources, unique for each kind, and of variables. Pure."""

from __future__ import annotations

import keyword
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from .program import Variable
from .site import SETTINGS, VM_NETWORK, Found

_WORD = re.compile(r"[a-z0-9]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_OF_LANGUAGES = """
any arguments args async await bool boolean break case catch chan class const continue ctx
debugger declare default defer delete do each else enum err error eval export extends
fallthrough false finally float for fmt func function get go goto hn id if implements import
in init instanceof int interface iota len let list main make map module new nil null number
object of opts package panic print private protected public pulumi range recover return
select set static string struct super switch symbol this throw true try type typeof
undefined use var void while with yield
"""
RESERVED = frozenset([*_OF_LANGUAGES.split(), *map(str.lower, keyword.kwlist)])
"""What is no name of a variable in one of the languages, or means something else there."""


def resource_names(found: Iterable[Found]) -> dict[tuple[str, str], str]:
    """The name of the resource of each object, by its kind and key.

    It is the object's own, as far as that is the only one: VM networks of several namespaces
    have the namespace before it.
    """
    all_found = list(found)
    uses = Counter((each.kind, _own_name(each)) for each in all_found)
    return {
        (each.kind, each.key): _own_name(each)
        if uses[each.kind, _own_name(each)] == 1
        else each.key
        for each in all_found
    }


def _own_name(found: Found) -> str:
    if found.kind in SETTINGS:
        return SETTINGS[found.kind]
    return found.key.partition("/")[2] if found.kind == VM_NETWORK else found.key


def words_of(text: str) -> Variable:
    """The words of a text, as those of a variable."""
    words = tuple(_WORD.findall(_CAMEL.sub(" ", text).lower()))
    return words if words and words[0][0].isalpha() else ("net", *words)


@dataclass
class Variables:
    """The variables of a program, each name given once."""

    _taken: set[str] = field(default_factory=set)
    _of_loops: dict[Variable, Variable] = field(default_factory=dict)

    def new(self, words: Variable) -> Variable:
        """A variable with these words, or with a number behind them."""
        for number in range(1, len(self._taken) + 3):
            variable = words if number == 1 else (*words, str(number))
            # Languages join the words with and without a mark between them.
            joined = "".join(variable)
            if joined not in self._taken and joined not in RESERVED:
                self._taken.add(joined)
                return variable
        raise AssertionError("more names tried than there are")

    def of_loop(self, words: Variable) -> Variable:
        """A variable of a loop; several loops may have the same, but nobody else has it."""
        if words not in self._of_loops:
            self._of_loops[words] = self.new(words)
        return self._of_loops[words]
