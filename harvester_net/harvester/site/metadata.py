"""What is kept of every object: its name, labels, annotations, finalizers, owners, conditions.

Left out are uids, times and versions: they say nothing of networks, and an unchanged cluster
is to give the same site again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..gitops import MARKS
from . import networks
from .shapes import TIME, Meaning, Put, Shape, array, flag, one_of, struct, text, word

_WRANGLER = "wrangler.cattle.io/"
FINALIZERS = one_of(
    "foregroundDeletion",
    "orphan",
    "kubernetes.io/pvc-protection",
    "longhorn.io",
    "kubevirt.io/virtualMachineControllerFinalize",
    "kubevirt.io/foregroundDeleteVirtualMachine",
    "foregroundDeleteVirtualMachine",
    f"{_WRANGLER}VMController.CleanupPVCAndSnapshot",
    f"{_WRANGLER}VMController.BackfillObservedNetworkMacAddress",
    f"{_WRANGLER}harvester-network-vlanconfig-controller",
    f"{_WRANGLER}harvester-network-manager-vlanconfig-controller",
    f"{_WRANGLER}harvester-network-manager-cn-controller",
    f"{_WRANGLER}harvester-network-manager-nad-controller",
    f"{_WRANGLER}harvester-network-nad-controller",
    f"{_WRANGLER}harvester-network-link-monitor-controller",
    f"{_WRANGLER}harvester-network-hostnetworkconfig-controller",
    f"{_WRANGLER}harvester-network-manager-node-controller",
)
"""Finalizers of controllers that are known (H2); others only hold what is held at home."""
CREATED_BY: Mapping[str, Shape] = {"harvester-net/created-by": text(Meaning.URN)}
"""By it a run of Pulumi finds what an earlier one made."""

_OWNER_NAMES: Mapping[str, Shape] = {
    "VlanConfig": networks.config,
    "VirtualMachine": text(Meaning.VM),
}
_OWNER = struct(
    {
        "apiVersion": word(r"[a-z0-9.]{1,60}/v[0-9a-z]{1,20}"),
        "kind": one_of(*_OWNER_NAMES),
        "controller": flag,
        "blockOwnerDeletion": flag,
    },
    required=("apiVersion", "kind"),
)


def _owner(value: Any, put: Put) -> Any:
    """An owner without its uid: the object that has its name now is the one."""
    kept = _OWNER(value, put)
    name = _OWNER_NAMES[kept["kind"]](value.get("name"), put) if kept else None
    return kept | {"name": name} if name else None


_MARKS = struct(dict.fromkeys(MARKS, text(Meaning.KEEPER)))
"""Of Fleet, Argo CD and Flux, on objects of all kinds."""


def metadata(
    name: Shape,
    *,
    namespaced: bool = False,
    labels: Shape | None = None,
    annotations: Mapping[str, Shape] | None = None,
) -> Shape:
    """The metadata of a kind, of whose labels and annotations these are kept."""
    fields: dict[str, Shape] = {
        "name": name,
        "deletionTimestamp": TIME,
        "finalizers": array(FINALIZERS),
        "ownerReferences": array(_owner),
    }
    if namespaced:
        fields["namespace"] = text(Meaning.NAMESPACE)
    if labels is not None:
        fields["labels"] = labels
    if annotations:
        fields["annotations"] = struct(annotations)
    kept = struct(fields, required=("name", "namespace") if namespaced else ("name",))

    def shape(value: Any, put: Put) -> Any:
        found = kept(value, put)
        for field in ("labels", "annotations") if found else ():
            if marks := _MARKS(value.get(field), put):
                found[field] = found.get(field, {}) | marks
        # An empty map or list says no more than none.
        return found and {name: item for name, item in found.items() if item}

    return shape


def kind(metadata: Shape, **fields: Shape) -> Shape:
    """An object of a kind; without a spec it has an empty one."""
    has_spec = "spec" in fields
    required = ("metadata", "spec") if has_spec else ("metadata",)
    whole = struct({"metadata": metadata} | fields, required=required)

    def shape(value: Any, put: Put) -> Any:
        if has_spec and isinstance(value, dict) and value.get("spec") is None:
            value = value | {"spec": {}}
        return whole(value, put)

    return shape


def name_of(value: Any) -> str:
    """The name of what may be an object; empty if it has none."""
    meta = value.get("metadata") if isinstance(value, dict) else None
    return str(meta.get("name") or "") if isinstance(meta, dict) else ""


def conditions(*types: str, words: bool = False) -> Shape:
    """The conditions of these types, with what they say if it is asked for."""
    said: dict[str, Shape] = {
        "reason": one_of("Completed", "In Progress"),
        "message": text(Meaning.TEXT),
    }
    fields = {"type": one_of(*types), "status": one_of("True", "False", "Unknown")}
    return array(struct(fields | (said if words else {}), required=("type", "status")))
