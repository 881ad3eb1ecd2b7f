"""The objects of a site as they come up in a lab: as at home, and machines for them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from harvester_net.cluster.resources import (
    CLAIM,
    LINK_MONITOR,
    LONGHORN_SETTING,
    NAD,
    NODE,
    POD,
    SETTING,
    SUBNET,
    VLAN_CONFIG,
    VM,
    VMI,
    VOLUME,
    Object,
    Resource,
    annotations_of,
    is_terminating,
    key_of,
    labels_of,
)
from harvester_net.harvester.cni import cni_config
from harvester_net.harvester.names import LONGHORN_NAMESPACE, VERSION_SETTING
from harvester_net.harvester.site import reading
from harvester_net.harvester.site.document import Document
from harvester_net.harvester.snapshot import Snapshot
from harvester_net.lab import cycles, faults
from harvester_net.lab.errors import LabError
from harvester_net.lab.likeness.devices import Devices, nodes_simulated
from harvester_net.lab.likeness.guests import Kinds, claims_used, put_guests, with_domain
from harvester_net.lab.simulators.links import DEVICE, Links, monitored, to_data
from harvester_net.lab.simulators.machines import NICS
from harvester_net.lab.simulators.timings import now
from harvester_net.lab.simulators.whereabouts import allocations, pool_name
from harvester_net.lab.versions import DEFAULT_VERSION

HELD = "lab.harvester-net/held-at-home"
"""Finalizer in the place of those that nobody in a lab would take off."""
_OWNERS = {"VlanConfig": VLAN_CONFIG, "VirtualMachine": VM}
_STORAGE = f"{LONGHORN_NAMESPACE}/storage-network"
_PROMETHEUS = ("app.kubernetes.io/name", "prometheus")


class UnreadableSite(LabError):
    """The file is no site; the text says where it is wrong."""


def load_site(path: Path) -> Site:
    """The site in a file; raises UnreadableSite."""
    try:
        with cycles.unsearched():
            return Site(reading.read(path))
    except reading.UnreadableSite as error:
        raise UnreadableSite(str(error)) from error


@dataclass(frozen=True)
class Site:
    """A cluster as it was when it was read."""

    document: Document

    @property
    def version(self) -> str:
        """Which Harvester it is, in its own words; where nobody knows, that of other labs."""
        return self.document.harvester or DEFAULT_VERSION

    @property
    def overlays(self) -> bool:
        """Whether it knows the types of kube-ovn."""
        return SUBNET in self.document.objects

    def objects(self) -> list[Object]:
        """All that comes up, for `ControlPlane.restore`; each time with uids of its own."""
        with cycles.unsearched():
            return self._objects()

    def _objects(self) -> list[Object]:
        kinds = _with_uids(self.document)
        links = _links(kinds)
        _plug(kinds, links)
        put_guests(kinds)
        added = [
            *_devices(kinds, links),
            *_pool(kinds),
            *_version(kinds, self.document.harvester),
            *_faults(kinds, links),
        ]
        known = [obj for objects in kinds.values() for obj in objects.values()]
        return [*_namespaces([*known, *added]), *known, *added]


# --- as at home ------------------------------------------------------------------------------


def _with_uids(document: Document) -> Kinds:
    """The objects with uids, which their dependents name."""
    made = {"creationTimestamp": now()}
    kinds = {
        kind: {key_of(obj): _new(kind, obj, made) for obj in found}
        for kind, found in document.objects.items()
    }
    for objects in kinds.values():
        for obj in objects.values():
            if "ownerReferences" in (meta := obj["metadata"]):
                meta["ownerReferences"] = list(_owners(meta, kinds))
    return kinds


def _new(resource: Resource, obj: Object, made: Object) -> Object:
    """The object with a metadata of its own, complete as its type wants it."""
    meta = obj["metadata"] | made | {"uid": str(uuid.uuid4())}
    if is_terminating(obj) and not meta.get("finalizers"):
        meta["finalizers"] = [HELD]
    new = obj | {"metadata": meta}
    return with_domain(resource, new) if resource in (VM, VMI) else new


def _owners(metadata: Object, kinds: Kinds) -> Iterator[Object]:
    """The owners that are there; one that was gone is gone here too."""
    for owner in metadata["ownerReferences"]:
        resource, name = _OWNERS[owner["kind"]], owner["name"]
        key = f"{metadata['namespace']}/{name}" if resource.namespaced else name
        found = kinds.get(resource, {}).get(key)
        if found is not None:
            yield owner | {"uid": found["metadata"]["uid"]}


def _version(kinds: Kinds, text: str) -> Iterator[Object]:
    """The setting of the version, where the settings could not be read."""
    if text and VERSION_SETTING not in kinds.get(SETTING, {}):
        meta = {"name": VERSION_SETTING}
        names = {"apiVersion": SETTING.api, "kind": SETTING.kind}
        yield names | {"metadata": meta, "value": text}


# --- machines --------------------------------------------------------------------------------


def _links(kinds: Kinds) -> dict[str, Links]:
    """The links of each node for which a machine of the lab runs."""
    site = Snapshot(kinds)
    devices = Devices(site)
    return {node: devices.of(node) for node in nodes_simulated(site)}


def _plug(kinds: Kinds, links: Mapping[str, Links]) -> None:
    """Gives the nodes their NICs, and has LinkMonitors say what agents would say of them."""
    for name, node in kinds.get(NODE, {}).items():
        if name in links:
            nics = ",".join(link.name for link in links[name].all if link.type == DEVICE)
            node["metadata"]["annotations"] = annotations_of(node) | {NICS: nics}
    for monitor in kinds.get(LINK_MONITOR, {}).values():
        said = (monitor.get("status") or {}).get("linkStatus") or {}
        heard = {
            name: [_in_words_of_all_versions(entry) for entry in entries]
            for name, entries in said.items()
        }
        heard |= dict(_reports(monitor, kinds[NODE], links)) if NODE in kinds else {}
        monitor["status"] = {"linkStatus": heard}


def _in_words_of_all_versions(entry: Object) -> Object:
    """Before 1.8 a state was up or down; what is not down is up."""
    return entry | ({"state": "up"} if entry.get("state") == "unknown" else {})


def _reports(
    monitor: Object, nodes: Mapping[str, Object], links: Mapping[str, Links]
) -> Iterator[tuple[str, list[Object]]]:
    rule = monitor["spec"].get("targetLinkRule") or {}
    selector = monitor["spec"].get("nodeSelector") or {}
    for name, found in links.items():
        if selector.items() <= labels_of(nodes[name]).items():
            kind, names = rule.get("typeRule", ""), rule.get("nameRule", "")
            yield name, monitored(found, kind, names)


def _devices(kinds: Kinds, links: Mapping[str, Links]) -> Iterator[Object]:
    """The ConfigMaps in which agents keep the devices of their nodes."""
    for name, found in links.items():
        uid = kinds[NODE][name]["metadata"]["uid"]
        owner = {"apiVersion": NODE.api, "kind": NODE.kind, "name": name, "uid": uid}
        meta = {
            "name": f"links-{name}",
            "namespace": faults.NAMESPACE,
            "ownerReferences": [owner],
        }
        yield _config_map(meta, {"links": json.dumps(to_data(found))})


def _config_map(metadata: Object, data: dict[str, str]) -> Object:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


def _pool(kinds: Kinds) -> Iterator[Object]:
    """The address pool of the storage network, filled as whereabouts would fill it."""
    setting = kinds.get(LONGHORN_SETTING, {}).get(_STORAGE, {})
    nad = kinds.get(NAD, {}).get(setting.get("value") or "")
    ipam = cni_config(nad).get("ipam") if nad else None
    if not isinstance(ipam, dict) or not isinstance(ipam.get("range"), str):
        return
    whole, exclude = ipam["range"], ipam.get("exclude") or []
    try:
        given = allocations(whole, exclude, sorted(kinds.get(NODE, {})))
    except (TypeError, ValueError):
        return  # Not what a storage network can have; its simulator will complain.
    yield {
        "apiVersion": "whereabouts.cni.cncf.io/v1alpha1",
        "kind": "IPPool",
        "metadata": {"name": pool_name(whole), "namespace": "kube-system"},
        "spec": {"range": whole, "allocations": given},
    }


def _faults(kinds: Kinds, links: Mapping[str, Links]) -> Iterator[Object]:
    """What at home is so for reasons that are not here: cables, and users of volumes."""
    down = [
        faults.LinkDown(node, link.name)
        for node, found in links.items()
        for link in found.all
        if link.type == DEVICE and not link.up
    ]
    text = faults.format_faults([*down, *_volumes_in_use(kinds)])
    if text:
        yield faults.config_map(text)


def _volumes_in_use(kinds: Kinds) -> Iterator[faults.Fault]:
    """The volumes that something other than VMs and Prometheus has attached."""
    used = {key for pod in kinds[POD].values() for key in claims_used(pod)}
    label, name = _PROMETHEUS
    explained = {
        claim["spec"].get("volumeName")
        for key, claim in kinds.get(CLAIM, {}).items()
        if key in used or labels_of(claim).get(label) == name
    }
    for volume in kinds.get(VOLUME, {}).values():
        attached = (volume.get("status") or {}).get("state") == "attached"
        if attached and volume["metadata"]["name"] not in explained:
            yield faults.VolumeStaysAttached(volume["metadata"]["name"])


def _namespaces(objects: list[Object]) -> Iterator[Object]:
    names = {obj["metadata"].get("namespace") for obj in objects}
    for name in sorted({faults.NAMESPACE, *(name for name in names if name)}):
        yield {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
