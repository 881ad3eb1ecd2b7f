"""The VLANs that a team may use, in a program: some of its values come later."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pulumi

from ..program.vlan_range import VlanRangeArgs
from ..vlan_list import Tagged, not_allowed
from .tenant_networks_arguments import TenantNetworkArgs
from .traffic_path_arguments import as_arguments

UNTAGGED = "UntaggedNetwork"
_NAMES = ("type", "vlan", "vlan_trunk")
_ALLOWED = "allowed"
_NOT_UNTAGGED = "is not for a team: untagged traffic is in no VLAN"
_SECRET = "is not allowed; what is wrong with it would tell a secret"


def wrong_now(
    networks: Mapping[str, TenantNetworkArgs], allowed: pulumi.Input[str], whose: object
) -> list[str]:
    """What is wrong with the VLANs that are there already: a line for each."""
    lines = [
        f"networks.{key}.type: {_NOT_UNTAGGED}"
        for key, given in networks.items()
        if given.type == UNTAGGED
    ]
    if not isinstance(allowed, str):
        return lines
    asked = [each for key, given in networks.items() for each in _asked(key, given)]
    try:
        found = not_allowed(asked, allowed, _named(whose))
    except ValueError as error:
        return [*lines, f"allowed_vlans: {error}"]
    return [*lines, *(f"{path}: {sentence}" for path, sentence in found)]


def checked(
    key: str, given: TenantNetworkArgs, allowed: pulumi.Input[str], whose: object
) -> TenantNetworkArgs:
    """The same network, whose VLANs fail with pulumi.RunError when they turn out not to be
    allowed.
    """
    parts = {_ALLOWED: allowed} | {name: getattr(given, name) for name in _NAMES}
    known: pulumi.Output[Any] = pulumi.Output.all(**parts)

    async def check(values: Any) -> Any:
        vlans = values.pop(_ALLOWED)
        wrong = wrong_now({key: TenantNetworkArgs(**values)}, vlans, whose)
        if wrong:
            secret = await known.is_secret()
            raise pulumi.RunError(f"networks.{key} {_SECRET}" if secret else "\n".join(wrong))
        return values

    right: pulumi.Output[Any] = known.apply(check)
    same = copy.copy(given)
    for name in _NAMES:
        if getattr(given, name) is not None:
            setattr(same, name, right[name])
    return same


def _asked(key: str, given: TenantNetworkArgs) -> Iterator[Tagged]:
    """The VLANs that a network asks for, as far as they are there already."""
    yield f"networks.{key}.vlan", given.vlan, given.vlan
    trunk = given.vlan_trunk if isinstance(given.vlan_trunk, Sequence) else ()
    for index, item in enumerate(trunk):
        if isinstance(item, VlanRangeArgs | Mapping):
            one = as_arguments(VlanRangeArgs, item)
            first = one.id if one.min_id is None else one.min_id
            last = one.id if one.max_id is None else one.max_id
            yield f"networks.{key}.vlan_trunk[{index}]", first, last


def _named(whose: object) -> str:
    return whose if isinstance(whose, str) else "the team"
