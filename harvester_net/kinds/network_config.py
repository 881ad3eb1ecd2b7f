"""NetworkConfig on the server: a VlanConfig, ready when every matched node has set up its
uplink.
"""

from __future__ import annotations

import base64
import time

from ..change.goals import AnyGoal
from ..change.goals.network_config import ConfigDeletionGoal, ConfigGoal
from ..cluster.resources import (
    LINK_MONITOR,
    NAD,
    SETTING,
    VLAN_CONFIG,
    VLAN_STATUS,
    VMI,
    Object,
    annotations_of,
    key_of,
    labels_of,
)
from ..harvester import blockers
from ..harvester.blockers import Blocker
from ..harvester.mtus import config_mtu
from ..harvester.network_configs import (
    NOT_HEARD,
    matched_nodes,
    nodes_not_ready,
    progress_of_nodes,
)
from ..specs import network_config as specs
from ..specs.limits import MGMT, mtu_or_default
from ..specs.spec import Meanings, Problem
from ..specs.unknown import is_known
from .call import Call
from .changes import describe_unfinished, get_unfinished, is_disruptive, nodes_seen
from .desired_state import DesiredState
from .differences import Properties
from .failures import Refused, Unfinished
from .kind import Live
from .mtu import FollowsMtu, disagreement
from .owned import OwnedKind, metadata
from .teardown import describe_leftovers, repair, wait_until_torn_down

SECONDS_TO_RECOVER = 20.0
"""How long nodes may keep saying that they failed: agents retry up to every 30 s (H4)."""


class NetworkConfig(FollowsMtu, OwnedKind):
    """Life cycle of network configs."""

    token = "harvester-net:index:NetworkConfig"
    spec = specs.NetworkConfig
    outputs = specs.NetworkConfigOutputs
    resource = VLAN_CONFIG
    seconds_to_change = 2 * 3600
    blocking = (NAD, VMI)

    def key(self, inputs: Properties) -> str | None:
        name = inputs.get("name")
        return str(name) if is_known(name) else None

    def check_in_plan(
        self, desired: specs.NetworkConfig, desired_state: DesiredState
    ) -> list[Problem]:
        if desired.cluster_network == MGMT:
            return [Problem("clusterNetwork", "mgmt is built in; it takes no network config")]
        if is_known(desired.cluster_network) and is_known(desired.name):
            desired_state.configs_of.setdefault(desired.cluster_network, set()).add(
                desired.name
            )
        return disagreement(desired.mtu, desired.cluster_network, desired_state)

    def needs_check_at_apply(self, desired: specs.NetworkConfig) -> bool:
        return True

    def manifest(self, desired: specs.NetworkConfig, mtu: int) -> Object:
        spec: Object = {
            "clusterNetwork": desired.cluster_network,
            "uplink": {"nics": list(desired.uplink.nics)}
            | uplink_attributes(desired.uplink, mtu),
        }
        if desired.description:
            spec["description"] = desired.description
        if desired.node_selector:
            spec["nodeSelector"] = dict(desired.node_selector)
        return {
            "apiVersion": VLAN_CONFIG.api,
            "kind": VLAN_CONFIG.kind,
            "metadata": metadata(desired),
            "spec": spec,
        }

    def patch(self, desired: specs.NetworkConfig, live: Object, mtu: int) -> Object:
        changed = spec_changes(desired, mtu, live["spec"])
        return {"spec": changed} if changed else {}

    async def mtu(self, desired: specs.NetworkConfig, live: Object | None, call: Call) -> int:
        mtu = await super().mtu(desired, live, call)
        decided = call.desired_state.mtu_of.get(desired.cluster_network) == mtu
        # The cluster network's own update comes first and brings the config to it.
        return config_mtu(live) if call.preview and decided and live is not None else mtu

    async def change_goal(
        self, desired: specs.NetworkConfig, live: Object, call: Call
    ) -> AnyGoal | None:
        patch = (await self.changes(desired, live, call)).get("spec", {})
        goal = ConfigGoal(key=key_of(live), patch=patch)
        return goal if patch and await is_disruptive(goal, desired.disruption, call) else None

    async def deletion_goal(self, live: Object, call: Call) -> AnyGoal | None:
        goal = ConfigDeletionGoal(key=key_of(live))
        return goal if await is_disruptive(goal, None, call) else None

    async def read(self, key: str, inputs: Properties, call: Call) -> Live | None:
        """A config that an ordered change has taken away for a while is not gone."""
        seen = await super().read(key, inputs, call)
        if seen is not None or not inputs:
            return seen
        begun = await get_unfinished(call)
        if begun is None or key not in begun.configs or not begun.goal.restores_configs:
            return None
        manifest = begun.configs[key].manifest
        outputs = inputs | {"uid": "", "matchedNodes": begun.configs[key].nodes}
        name = manifest["metadata"]["name"]
        raise Unfinished(name, outputs, inputs, [describe_unfinished(begun)])

    def seen(self, live: Object, call: Call) -> Properties:
        spec = live["spec"]
        return {
            "name": key_of(live),
            "labels": labels_of(live),
            "annotations": annotations_of(live),
            "clusterNetwork": spec["clusterNetwork"],
            "description": spec.get("description"),
            "nodeSelector": spec.get("nodeSelector"),
            "uplink": uplink_seen(spec["uplink"]),
            "mtu": config_mtu(live),
        }

    def computed(self, live: Object, call: Call) -> Properties:
        seen = nodes_seen(live["spec"]["clusterNetwork"], call)
        return super().computed(live, call) | {"matchedNodes": matched_nodes(live)} | seen

    async def prefetch(self, call: Call) -> None:
        await super().prefetch(call)
        await call.cluster.list(VLAN_STATUS, call.deadline)

    def unfinished(self, live: Object, call: Call) -> list[str]:
        waiting = nodes_not_ready(live, call.cluster.cached(VLAN_STATUS))
        return [f"{node}: {why}" for node, why in sorted(waiting.items())]

    async def finish(self, desired: specs.NetworkConfig, live: Object, call: Call) -> Object:
        await self._all_nodes_ready(key_of(live), call)
        return call.cluster.cached(VLAN_CONFIG).get(key_of(live), live)

    async def _all_nodes_ready(self, key: str, call: Call) -> None:
        last: dict[str, str] = {}
        since = time.monotonic()
        async with call.cluster.watching((VLAN_CONFIG, VLAN_STATUS), call.deadline):
            while live := call.cluster.cached(VLAN_CONFIG).get(key):
                waiting = nodes_not_ready(live, call.cluster.cached(VLAN_STATUS))
                if not waiting:
                    return call.tell("ready")
                if waiting != last:
                    last, since = waiting, time.monotonic()
                if gave_up(waiting) and time.monotonic() - since > SECONDS_TO_RECOVER:
                    raise Refused(progress_of_nodes(live, waiting))
                call.tell(progress_of_nodes(live, waiting))
                await call.deadline.sleep(0.2)
        raise Refused(f"NetworkConfig {key} was deleted meanwhile")

    def blockers(self, live: Object, call: Call) -> list[Blocker]:
        return blockers.of_network_config(
            live,
            set(matched_nodes(live)),
            call.cluster.cached(NAD).values(),
            call.cluster.cached(VMI).values(),
            storage_leaves=(SETTING, "storage-network") in call.cluster.leaving,
        )

    async def before_delete(self, live: Object, call: Call) -> None:
        """A node that never set up the uplink does not tear it down either (O5.5)."""
        call.cluster.invalidate(VLAN_STATUS, LINK_MONITOR)
        await call.cluster.list(VLAN_STATUS, call.deadline)
        if failed := await repair(live, call):
            monitors = await call.cluster.list_if_served(LINK_MONITOR, call.deadline)
            for leftover in describe_leftovers(live, failed, monitors):
                call.warn(leftover)

    async def after_delete(self, key: str, call: Call) -> None:
        """Another config can take the nodes only when their agents have torn this one down."""
        await wait_until_torn_down(key, call)


def gave_up(waiting: dict[str, str]) -> bool:
    """Whether a node says that it failed, rather than nothing yet."""
    return any(why != NOT_HEARD for why in waiting.values())


def uplink_attributes(uplink: specs.Uplink, mtu: int) -> Object:
    """Bond options and link attributes of a new config, everything said outright.

    Servers up to 1.5 cannot take absent link attributes, agents up to 1.6 monitor no link
    without a miimon, and an MTU of 1500 that is not sent leaves an older one on the devices
    (H4.1).
    """
    bond = uplink.bond_options or specs.BondOptions()
    link = uplink.link_attributes or specs.LinkAttributes()
    attributes: Object = {"mtu": mtu}
    if specs.LinkAttributes.meanings["txQLen"](link.tx_q_len) != specs.UNCHANGED_QUEUE:
        attributes["txQLen"] = link.tx_q_len
    if link.hardware_addr:
        attributes["hardwareAddr"] = mac_to_wire(link.hardware_addr)
    return {
        "bondOptions": {
            "mode": bond.mode or specs.DEFAULT_BOND_MODE,
            "miimon": specs.BondOptions.meanings["miimon"](bond.miimon),
        },
        "linkAttributes": attributes,
    }


def uplink_seen(uplink: Object) -> Properties:
    """The uplink of a live config, in our words."""
    bond, link = uplink.get("bondOptions") or {}, uplink.get("linkAttributes") or {}
    address = link.get("hardwareAddr")
    return {
        "nics": uplink.get("nics"),
        "bondOptions": {"mode": bond.get("mode"), "miimon": bond.get("miimon")},
        "linkAttributes": {
            "txQLen": link.get("txQLen"),
            "hardwareAddr": mac_from_wire(address) if address else None,
        },
    }


def spec_changes(desired: specs.NetworkConfig, mtu: int, live: Object) -> Object:
    """The merge patch of the spec: only what differs in meaning.

    The server compares the whole uplink literally and wants VMs stopped for a difference that
    means nothing (H6), so the live spelling stays wherever it means the same.
    """
    patch: Object = {}
    if desired.cluster_network != live["clusterNetwork"]:
        patch["clusterNetwork"] = desired.cluster_network
    if (desired.description or "") != (live.get("description") or ""):
        patch["description"] = desired.description
    if selector := _map_changes(live.get("nodeSelector") or {}, desired.node_selector or {}):
        patch["nodeSelector"] = selector if desired.node_selector else None
    if uplink := _uplink_changes(desired.uplink, mtu, live["uplink"]):
        patch["uplink"] = uplink
    return patch


def _uplink_changes(desired: specs.Uplink, mtu: int, live: Object) -> Object:
    patch: Object = {}
    if sorted(desired.nics) != sorted(live.get("nics") or []):
        patch["nics"] = list(desired.nics)
    for part, wanted in uplink_attributes(desired, mtu).items():
        present = live.get(part) or {}
        changed = {
            name: wanted.get(name, _LEFT_TO_THE_SERVER.get(name))
            for name, meaning in _WIRE_MEANINGS[part].items()
            if meaning(present.get(name)) != meaning(wanted.get(name))
        }
        if changed:
            patch[part] = changed
    return patch


_WIRE_MEANINGS: dict[str, Meanings] = {
    "bondOptions": specs.BondOptions.meanings,
    "linkAttributes": {
        "mtu": mtu_or_default,
        "txQLen": specs.LinkAttributes.meanings["txQLen"],
        "hardwareAddr": lambda encoded: encoded,
    },
}
"""The fields that are ours, with what their values mean; fields of newer servers stay."""
_LEFT_TO_THE_SERVER = {"txQLen": specs.UNCHANGED_QUEUE}
"""What is sent for a property that the program no longer names; otherwise it is removed."""


def _map_changes(old: dict[str, str], new: dict[str, str]) -> dict[str, str | None]:
    gone: dict[str, str | None] = {key: None for key in old if key not in new}
    return gone | {key: value for key, value in new.items() if old.get(key) != value}


def mac_to_wire(address: str) -> str:
    """A MAC address as the server stores it: base64 of its six bytes (H1.2)."""
    return base64.b64encode(bytes.fromhex(address.replace(":", ""))).decode()


def mac_from_wire(text: str) -> str:
    """A MAC address as people write it."""
    return base64.b64decode(text).hex(":")
