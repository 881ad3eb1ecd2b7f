"""A value that is not known yet may stand anywhere and never fails."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from harvester_net.kinds.desired_state import DesiredState
from harvester_net.kinds.registry import KINDS
from harvester_net.specs.parse import is_map, parse, path_text, spec_within
from harvester_net.specs.spec import property_names
from harvester_net.specs.unknown import UNKNOWN, is_known, is_wholly_known
from harvester_net.specs.vm_network import VmNetwork

from ..programs import FULL, LEAST, TRUNK, VM_NETWORK, messages

Path = tuple[int | str, ...]


def places(value: Any, above: Path = ()) -> Iterator[Path]:
    """Every place inside a value: each property, each item, and what they contain."""
    if isinstance(value, dict):
        inner = list(value.items())
    else:
        inner = list(enumerate(value)) if isinstance(value, list) else []
    for key, item in inner:
        yield (*above, key)
        yield from places(item, (*above, key))


def with_unknown(value: Any, path: Path) -> Any:
    """The value with the one at this path unknown."""
    if not path:
        return UNKNOWN
    changed = copy.copy(value)
    changed[path[0]] = with_unknown(value[path[0]], path[1:])
    return changed


PROGRAMS = [(token, given) for token, given in FULL.items()] + [(VM_NETWORK, TRUNK)]
PLACES = [
    pytest.param(token, given, path, id=f"{token.rpartition(':')[2]} {path_text(path)}")
    for token, given in PROGRAMS
    for path in places(given)
]


@pytest.mark.parametrize(("token", "given", "path"), PLACES)
def test_unknown_anywhere_is_no_problem(token: str, given: dict[str, Any], path: Path) -> None:
    assert messages(token, with_unknown(given, path)) == []


@pytest.mark.parametrize(("token", "given", "path"), PLACES)
def test_unknown_stays_unknown_in_the_checked_inputs(
    token: str, given: dict[str, Any], path: Path
) -> None:
    inputs, _ = KINDS[token].check(with_unknown(given, path), DesiredState())
    seen: Any = inputs
    for part in path:
        seen = seen[part]
    assert seen is UNKNOWN


@pytest.mark.parametrize(("token", "given", "path"), PLACES)
def test_unknown_counts_as_changed(token: str, given: dict[str, Any], path: Path) -> None:
    changes = KINDS[token].diff(given, with_unknown(given, path))
    assert [change.location[0] for change in changes] == [path[0]]


@pytest.mark.parametrize(("token", "given", "path"), PLACES)
def test_preview_of_an_unknown_is_known_where_it_can_be(
    token: str, given: dict[str, Any], path: Path
) -> None:
    kind = KINDS[token]
    shown = kind.preview(with_unknown(given, path), {})
    known = {name for name, value in shown.items() if is_wholly_known(value)}
    # Which networks a set has follows from its inputs.
    assert known - {"networks"} == set(given) - {path[0]}
    inputs, outputs = property_names(kind.spec), kind.outputs.model_fields.values()
    # What only a change has, such as its plan, is not promised.
    computed = {f.alias for f in outputs if f.alias not in inputs and f.is_required()}
    unknown = {name for name in shown if shown[name] is UNKNOWN} - {path[0]}
    assert unknown - {"networks"} == computed - {"networks"}


SETTINGS = ("storage-network", "rwx-network", "vm-migration-network")
NOT_BESIDE_THE_OTHERS = {"vlanTrunk", "shareStorageNetwork"}


@pytest.mark.parametrize("token", LEAST)
def test_everything_unknown_is_no_problem(token: str) -> None:
    given = dict.fromkeys(property_names(KINDS[token].spec), UNKNOWN)
    assert messages(token, given) == []
    # The Settings have their own names, whatever is known.
    assert KINDS[token].key(given) in (None, *SETTINGS)


def test_programs_of_these_tests_have_every_property() -> None:
    for token, given in FULL.items():
        missing = set(property_names(KINDS[token].spec)) - set(given) - NOT_BESIDE_THE_OTHERS
        assert missing == set()
        for name, value in given.items():
            field = next(f for f in KINDS[token].spec.model_fields.values() if f.alias == name)
            nested = spec_within(field.annotation)
            if nested is not None and not is_map(field.annotation):
                assert set(value) == set(property_names(nested)), name


def test_wrong_property_beside_an_unknown_is_still_a_problem() -> None:
    given = with_unknown(FULL[VM_NETWORK], ("clusterNetwork",)) | {"vlan": 5000}
    assert messages(VM_NETWORK, given) == ["vlan: 5000 is not a VLAN ID; use 1 to 4094"]


def test_nothing_is_made_up_for_an_unknown() -> None:
    desired, problems = parse(KINDS[VM_NETWORK].spec, {"name": "a", "vlan": UNKNOWN})
    assert [str(problem) for problem in problems] == ["clusterNetwork: is required"]
    assert isinstance(desired, VmNetwork)
    assert desired.vlan is UNKNOWN


@pytest.mark.parametrize(
    ("value", "known", "wholly"),
    [
        (None, True, True),
        ("text", True, True),
        (UNKNOWN, False, False),
        ([1, UNKNOWN], True, False),
        ({"a": {"b": [UNKNOWN]}}, True, False),
        ({"a": {"b": [1]}}, True, True),
        ([], True, True),
    ],
)
def test_knowing_a_value_and_knowing_it_wholly(value: Any, known: bool, wholly: bool) -> None:
    assert (is_known(value), is_wholly_known(value)) == (known, wholly)
