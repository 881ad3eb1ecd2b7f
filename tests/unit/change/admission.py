"""What Harvester's webhooks refuse, written from the facts and not from our own rules, so that
the two can disagree (H3.1 to H3.5, H7).
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterator
from typing import Any

from harvester_net.cluster.errors import Conflict, Denied, Unreachable
from harvester_net.cluster.resources import (
    CLAIM,
    CLUSTER_NETWORK,
    NAD,
    NODE,
    SETTING,
    VLAN_STATUS,
    VM,
    VMI,
    VOLUME,
    Object,
    annotations_of,
    condition,
    is_terminating,
    key_of,
    labels_of,
)

from .world import (
    NETWORK,
    WITNESS,
    World,
    cni_of,
    configs_on,
    is_system,
    matched,
    meant,
    nads_on,
    network_mtu,
    network_of,
    raw_mtu,
    status_key,
    statuses_on,
    users_of,
)


def _deny(why: str) -> Denied:
    return Denied("validator.harvester-system.harvester-network-webhook", why)


def _refuse(why: str) -> Denied:
    return Denied("validator.harvesterhci.io", why)


def _panic(what: str) -> Unreachable:
    return Unreachable(f"failed calling webhook: {what}: EOF")


# --- cluster networks (H3.1) -----------------------------------------------------------------


def check_network_update(world: World, old: Object, new: Object) -> None:
    """An update of a cluster network."""
    if world.version < (1, 6) or (is_terminating(old) and world.version >= (1, 7)):
        return
    mtu, name = network_mtu(new), key_of(new)
    _check_range(mtu)
    if name == "mgmt":
        if mtu != network_mtu(old):
            _check_mgmt_free(world)
        return
    for config in configs_on(world, name):
        if world.version >= (1, 8) and is_terminating(config):
            continue
        if meant(raw_mtu(config)) != mtu:
            raise _deny(
                f"clusternetwork has MTU {mtu}, but the vlanconfigs {key_of(config)} has "
                f"another MTU {raw_mtu(config)}"
            )


def _check_mgmt_free(world: World) -> None:
    for key in nads_on(world, "mgmt"):
        if is_system(world, world.of(NAD)[key]):
            raise _deny(f"MTU can't be changed as nad {key} is still attached")
    if users := users_of(world, set(nads_on(world, "mgmt"))):
        raise _deny(f"following VMs must be stopped at first: {', '.join(users)}")


def _check_range(mtu: int) -> None:
    if mtu and not 576 <= mtu <= 9000:
        raise _deny(f"the MTU {mtu} is out of range [0, 576..9000]")


# --- network configs (H3.2) ------------------------------------------------------------------


def check_config_create(world: World, config: Object) -> None:
    """A new config, after the mutator."""
    network = config["spec"]["clusterNetwork"]
    if network == "mgmt":
        raise _deny("cluster network can't be mgmt")
    if len(network) > 12:
        raise _deny(f"the length of the clusterNetwork {network} is more than 12")
    if world.version >= (1, 6) and network not in world.of(CLUSTER_NETWORK):
        raise _deny(f"it refers to a none-existing cluster network {network}")
    if world.version < (1, 6) and not matched(config):
        raise _panic("no node matches")
    _check_config(world, config)


def _check_config(world: World, config: Object) -> None:
    if world.version >= (1, 6):
        _check_range(raw_mtu(config) or 0)
    for other in configs_on(world, config["spec"]["clusterNetwork"]):
        if key_of(other) != key_of(config):
            _check_same_mtu(world, config, other)
    for node in matched(config):
        status = world.get(VLAN_STATUS, status_key(config["spec"]["clusterNetwork"], node))
        if status is not None and status["status"]["vlanConfig"] != key_of(config):
            raise _deny(f"it overlaps with other vlanconfigs matching node(s) [{node}]")


def _check_same_mtu(world: World, config: Object, other: Object) -> None:
    if is_terminating(other) and world.version >= (1, 8):
        return
    pair = raw_mtu(config), raw_mtu(other)
    if world.version < (1, 6):
        both = [obj["spec"]["uplink"].get("linkAttributes") for obj in (config, other)]
        if any(attributes is None for attributes in both):
            raise _panic("nil linkAttributes")
        same = (pair[0] or 0) == (pair[1] or 0)
    else:
        same = meant(pair[0]) == meant(pair[1])
    if not same:
        raise _deny(
            f"vlanconfig {key_of(config)} MTU {pair[0]} is different with another vlanconfig "
            f"{key_of(other)} MTU {pair[1]}"
        )


def check_config_update(world: World, old: Object, new: Object) -> None:
    """An update of a config, after the mutator."""
    if is_terminating(old) and world.version >= (1, 7):
        return
    if old["spec"] == new["spec"] and world.version != (1, 7):
        return
    if world.version in ((1, 6), (1, 7)) and not matched(old):
        raise _panic("no node matches")
    network = new["spec"]["clusterNetwork"]
    if network == "mgmt":
        raise _deny("cluster network can't be mgmt")
    label = labels_of(new).get(f"{NETWORK}/clusternetwork")
    if world.version >= (1, 9) and label != network:
        raise _deny("cluster network label is invalid and must not be updated by user")
    _check_config(world, new)
    _check_affected(world, old, _affected(world, old, new), deleting=False)


def _affected(world: World, old: Object, new: Object) -> set[str]:
    moved = old["spec"]["clusterNetwork"] != new["spec"]["clusterNetwork"]
    uplink = old["spec"]["uplink"] != new["spec"]["uplink"] and world.version >= (1, 6)
    if moved or uplink:
        return set(matched(old))
    return set(matched(old)) - set(matched(new))


def check_config_delete(world: World, old: Object) -> None:
    """The deletion of a config."""
    if old["spec"]["clusterNetwork"] == "mgmt" and world.version >= (1, 9):
        raise _deny("users can't delete vlanConfig for mgmt")
    _check_affected(world, old, set(matched(old)), deleting=True)


def _check_affected(world: World, old: Object, nodes: set[str], *, deleting: bool) -> None:
    network = old["spec"]["clusterNetwork"]
    if users := users_of(world, set(nads_on(world, network)), nodes):
        raise _deny(
            f"it is blocked by VM(s) {', '.join(users)} which must be stopped at first"
        )
    if not nodes or not (deleting or world.version >= (1, 6)):
        return
    for key in nads_on(world, network):
        if is_system(world, world.of(NAD)[key]):
            raise _deny(f"the system network nad {key} is still attached")


# --- VM networks (H3.3, H3.4) ----------------------------------------------------------------


def nad_mtu_for(world: World, network: str) -> int:
    """The MTU that the server gives a new VM network."""
    found = world.of(CLUSTER_NETWORK)[network]
    if f"{NETWORK}/uplink-mtu" in annotations_of(found) and world.version >= (1, 6):
        return network_mtu(found)
    given = [raw_mtu(config) for config in configs_on(world, network) if raw_mtu(config)]
    return meant(given[0] if given else None)


def check_nad_update(world: World, old: Object, new: Object) -> None:
    """An update of a VM network."""
    if cni_of(old) == cni_of(new):
        return
    config, key = cni_of(new), key_of(new)
    network = network_of(new)
    if config.get("bridge") and world.version >= (1, 6):
        if config["bridge"] != cni_of(old).get("bridge"):
            raise _deny(f"nad bridge name can't be changed: {key}")
        if network != config["bridge"].removesuffix("-br"):
            raise _deny(f"nad label {network} does not match bridge name {config['bridge']}")
    if world.version >= (1, 6):
        if meant(config.get("mtu")) != nad_mtu_for(world, network):
            raise _deny(f"nad MTU {config.get('mtu')} does not match cluster network MTU")
        if config.get("type") != cni_of(old).get("type"):
            raise _deny("nad cannot be updated from network type")
    if not 0 <= config.get("vlan", 0) <= 4094:
        raise _deny("vlan is out of range")
    if users := users_of(world, {key}):
        raise _deny(
            f"it's still used by VM(s) {', '.join(users)} which must be stopped at first"
        )
    if world.version >= (1, 6) and is_system(world, old):
        raise _deny("system network nad's params can't be changed")


# --- settings (H3.5) -------------------------------------------------------------------------


def check_setting_update(world: World, name: str, old: str, new: str) -> None:
    """A new text of the Setting storage-network or rwx-network."""
    if old == new:
        return
    if name == "storage-network":
        _check_storage(world, new)
    if name == "rwx-network":
        _check_rwx(world, old, new)


def _in_progress(world: World, name: str) -> bool:
    configured = condition(world.of(SETTING)[name], "configured")
    return configured.get("status") == "False" and configured.get("reason") == "In Progress"


def _check_storage(world: World, text: str) -> None:
    if world.version >= (1, 8) and text and _in_progress(world, "storage-network"):
        raise Conflict('cannot update the setting "storage-network": still being configured')
    if text:
        _check_network_value(world, json.loads(text))
    elif world.version >= (1, 8) and _shares(world):
        raise _refuse("cannot be disabled while rwx-network has share-storage-network=true")
    if not all(_is_stopped(world, key, vm) for key, vm in world.of(VM).items()):
        raise _refuse("Please stop all VMs before configuring the storage-network setting")
    if list(_attached(world)):
        raise _refuse(
            "please stop all workloads before configuring the storage-network setting"
        )


def _shares(world: World) -> bool:
    value = json.loads(world.of(SETTING)["rwx-network"].get("value") or "{}")
    return bool(value.get("share-storage-network"))


def _check_network_value(world: World, value: dict[str, Any]) -> None:
    network, vlan = value["clusterNetwork"], value.get("vlan", 0)
    least = 0 if world.version >= (1, 5) else 1
    if not least <= vlan <= 4094 or (network == "mgmt" and vlan < 2):
        raise _refuse("the valid value range for VLAN IDs is 0 to 4094")
    addresses = ipaddress.ip_network(value["range"])
    if world.version >= (1, 5) and addresses.prefixlen < 16:
        raise _refuse("min supported prefix length for network is 16")
    if network == "mgmt":
        return
    if network not in world.of(CLUSTER_NETWORK):
        raise _refuse(f"cluster network {network} not found")
    statuses = statuses_on(world, network)
    if not statuses:
        raise _refuse(f"vlan status not present for cluster network {network}")
    for status in statuses:
        if condition(status, "ready").get("status") == "False":
            raise _refuse(f"vs {key_of(status)} status is not Ready")
    _check_spans(world, network)


def _check_spans(world: World, network: str) -> None:
    covered: set[str] = set()
    for config in configs_on(world, network):
        if f"{NETWORK}/matched-nodes" not in annotations_of(config) and world.version < (1, 9):
            raise _refuse("vlan config annotations is absent for matched nodes")
        covered |= set(matched(config))
    for key, node in world.of(NODE).items():
        if labels_of(node).get(WITNESS) != "true" and key not in covered:
            raise _refuse(f"vlanconfig does not span {key}")


def _is_stopped(world: World, key: str, vm: Object) -> bool:
    if vm["status"]["printableStatus"] != "Stopped":
        return False
    vmi = world.get(VMI, key)
    halted = vm["spec"].get("runStrategy") == "Halted" or vm["spec"].get("running") is False
    return halted or vmi is None or vmi["status"]["phase"] in ("Succeeded", "Failed")


EXEMPT = {
    ("cattle-monitoring-system", "prometheus"),
    ("cattle-monitoring-system", "alertmanager"),
    ("cattle-monitoring-system", "grafana"),
    ("harvester-system", "harvester-vm-import-controller"),
}


def _attached(world: World) -> Iterator[str]:
    for key, volume in world.of(VOLUME).items():
        if volume["status"]["state"] != "detached" and not is_exempt(world, volume):
            yield key


def is_exempt(world: World, volume: Object) -> bool:
    """Whether a volume belongs to what Harvester itself stops (H3.5 f)."""
    owner = volume["status"].get("kubernetesStatus") or {}
    claim = world.get(CLAIM, f"{owner.get('namespace')}/{owner.get('pvcName')}")
    app = labels_of(claim).get("app.kubernetes.io/name", "") if claim else ""
    return (owner.get("namespace"), app) in EXEMPT


def _check_rwx(world: World, old: str, new: str) -> None:
    if world.version < (1, 8):
        raise _refuse("there is no setting rwx-network")
    before, value = json.loads(old or "{}"), json.loads(new or "{}")
    if before.get("share-storage-network", False) == value.get(
        "share-storage-network", False
    ) and before.get("network") == value.get("network"):
        return
    if _in_progress(world, "rwx-network"):
        raise Conflict('cannot update the setting "rwx-network": still being configured')
    if unknown := set(value) - {"share-storage-network", "network"}:
        raise _refuse(f"unknown field {unknown}")
    if value.get("network"):
        _check_network_value(world, value["network"])
    if value.get("share-storage-network") and not world.of(SETTING)["storage-network"].get(
        "value"
    ):
        raise _refuse("storage-network is not set")
    for volume in world.of(VOLUME).values():
        spec = volume.get("spec") or {}
        rwx = spec.get("accessMode") == "rwx" and not spec.get("migratable")
        if rwx and volume["status"]["state"] != "detached":
            raise _refuse("there are RWX volumes not in detached state")
