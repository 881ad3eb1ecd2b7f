"""Sets of VM networks as the networks that they have, so that these are drawn as any other.
Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ..specs.parse import parse
from ..specs.vm_networks import VmNetworks, networks_of
from ..urns import Urn
from .objects import plain
from .preview import Change, Operation, Properties
from .properties import UNKNOWN

SET, ONE = "VmNetworks", "VmNetwork"
_DRAWN = ("namePattern", "namespace", "clusterNetwork", "vlans")
_NOT_KNOWN: Properties = {"name": UNKNOWN}
"""Inputs of networks of which it is not known which they are: they are not drawn."""


def spread(change: Change) -> Iterator[Change]:
    """The changes of the networks of a set; another kind's change is itself."""
    if change.kind != SET:
        yield change
        return
    urn, old, new = _urn_of_one(change.urn), _members(change.old), _members(change.new)
    if old is None or new is None:
        yield replace(change, urn=urn, old={}, new=_NOT_KNOWN)
        return
    for key in {**old, **new}:
        before, after = old.get(key, {}), new.get(key, {})
        operation = change.operation
        if operation is Operation.UPDATE and not (before and after):
            operation = Operation.CREATE if after else Operation.DELETE
        yield replace(change, urn=urn, operation=operation, old=before, new=after)


def spread_kept(kept: Mapping[Urn, Properties]) -> Iterator[tuple[Urn, Properties]]:
    """What stays, with the networks of the sets in their place."""
    for urn, inputs in kept.items():
        if urn.kind != SET:
            yield urn, inputs
            continue
        members = _members(inputs)
        one = _urn_of_one(urn)
        for each in [_NOT_KNOWN] if members is None else members.values():
            yield one, each


def _urn_of_one(urn: Urn) -> Urn:
    return replace(urn, type=urn.type.removesuffix(SET) + ONE)


def _members(inputs: Properties) -> dict[str, dict[str, object]] | None:
    """The inputs of the networks; None while it is not known which there are."""
    if not inputs:
        return {}
    given = {name: plain(inputs[name]) for name in _DRAWN if name in inputs}
    _, problems = parse(VmNetworks, given)
    return None if problems else networks_of(given)
