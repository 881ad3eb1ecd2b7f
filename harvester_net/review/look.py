"""What a look at the cluster tells: its networks, where the VMs that stop run now, and whose
they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..cluster.resources import Object, annotations_of, labels_of
from ..harvester.gitops import keeper_of
from ..harvester.json_texts import fields_in, items_in
from ..harvester.snapshot import Snapshot
from ..printable import printable

CREATOR = "harvesterhci.io/creator"
"""Label that tells the tool which made a VM."""
LONGEST = 120
"""Characters of an owner."""


@dataclass(frozen=True)
class Seat:
    """A VM as it is on the cluster; what is not known is empty."""

    node: str = ""
    owner: str = ""


@dataclass(frozen=True)
class Seen:
    """What somebody saw of the cluster, and why not; nothing if nobody looked."""

    seats: Mapping[str, Seat] = field(default_factory=dict)
    """Where the VMs are, by their keys."""
    no_seats: str = ""
    networks: Snapshot | None = None
    no_networks: str = ""


def seats(
    vms: Mapping[str, Object], vmis: Mapping[str, Object], owner_key: str = ""
) -> dict[str, Seat]:
    """Node and owner of each VM; ``owner_key``: a label or annotation that names the owner."""
    return {
        key: Seat(_node(vmis.get(key)), printable(_owner(vm, owner_key), LONGEST))
        for key, vm in vms.items()
    }


def _node(vmi: Object | None) -> str:
    return printable(str(fields_in((vmi or {}).get("status")).get("nodeName") or ""), LONGEST)


def _owner(vm: Object, key: str) -> str:
    marks = {**annotations_of(vm), **labels_of(vm)}
    return str(marks.get(key) or _controller(vm) or keeper_of(vm) or marks.get(CREATOR) or "")


def _controller(vm: Object) -> str:
    """The object that a VM belongs to, such as one of a pool."""
    for owner in map(fields_in, items_in(vm["metadata"].get("ownerReferences"))):
        if owner.get("controller") is True:
            return f"{owner.get('kind')} {owner.get('name')}"
    return ""
