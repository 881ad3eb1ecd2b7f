"""Another MTU on a cluster network in use (H5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from ...cluster.resources import (
    CLUSTER_NETWORK,
    NAD,
    VLAN_CONFIG,
    Object,
    Resource,
    annotations_of,
    is_terminating,
    key_of,
)
from ...harvester.cni import is_overlay
from ...harvester.host_networks import (
    configs_against_underlay,
    device_of,
    is_management_allowed,
    management_nodes,
    nodes_against_underlay,
    of_network,
)
from ...harvester.link_monitors import nics_of
from ...harvester.mtus import config_mtu, mtu_of, nad_mtu, uplink_mtu
from ...harvester.names import MTU_SOURCE
from ...harvester.network_configs import configs_of, matched_nodes, present_nodes
from ...harvester.overlays import overlay_vms
from ...harvester.snapshot import Snapshot
from ...harvester.versions import (
    CONFIGS_WITHOUT_NODES,
    CONFIGS_WITHOUT_NODES_ARE_MADE,
    VM_NETWORKS_FOLLOW,
)
from ...harvester.vm_networks import is_system_nad, vm_networks_of
from ...harvester.wording import listed
from ...printable import printable
from ...specs.limits import MGMT
from ...verify.host_commands import mtu_commands
from .goal import Goal
from .network_config import ONE_MTU, refuse_without_nodes

if TYPE_CHECKING:
    from ..record import Record


class MtuGoal(Goal):
    """A cluster network, its network configs and its VM networks have this MTU."""

    kind: Literal["mtu"] = "mtu"
    cluster_network: str
    mtu: int
    """MTU in bytes."""

    @property
    def subject(self) -> tuple[Resource, str]:
        return CLUSTER_NETWORK, self.cluster_network

    @property
    def mtu_network(self) -> str:
        return self.cluster_network

    @property
    def mtu_wanted(self) -> int:
        return self.mtu

    def configs(self, snapshot: Snapshot) -> list[Object]:
        return configs_of(snapshot, self.cluster_network)

    def why_vms_stop(self, snapshot: Snapshot) -> str:
        return ONE_MTU

    def interrupted_network(self, snapshot: Snapshot) -> str:
        return self.cluster_network

    def kept_config(self, snapshot: Snapshot) -> str:
        """The config that stays: the server takes a new MTU only from the last one (H5.0).

        Best the one that the cluster network's MTU comes from, which then need not move
        (H5.1). Never one without nodes while another has some: 1.6 and 1.7 cannot change it
        (H3.2).
        """
        targets = self.configs(snapshot)
        if not targets:
            return ""
        network = snapshot.of(CLUSTER_NETWORK).get(self.cluster_network)
        source = annotations_of(network).get(MTU_SOURCE, "") if network else ""
        working = [key_of(config) for config in targets if matched_nodes(config)]
        names = working or [key_of(config) for config in targets]
        return source if source in names else names[0]

    def old_mtu(self, snapshot: Snapshot) -> int:
        return mtu_of(self.cluster_network, snapshot) or 0

    def vm_networks_to_write(self, snapshot: Snapshot) -> dict[str, str]:
        """Empty where they follow by themselves; up to 1.5 all but Harvester's own (H7)."""
        if VM_NETWORKS_FOLLOW.on(snapshot.version):
            return {}
        nads, keys = snapshot.of(NAD), vm_networks_of(snapshot, self.cluster_network)
        return {
            key: nads[key]["spec"]["config"] for key in keys if not is_system_nad(nads[key])
        }

    def host_networks(self, snapshot: Snapshot) -> list[Object]:
        """All but those that are, or may be, the nodes' own management (B1.5)."""
        return [
            config
            for config in of_network(self.cluster_network, snapshot)
            if not is_terminating(config) and not _is_management(config, snapshot)
        ]

    def is_reached(self, snapshot: Snapshot) -> bool:
        network = snapshot.of(CLUSTER_NETWORK).get(self.cluster_network)
        configs = self.configs(snapshot)
        follow, nads = VM_NETWORKS_FOLLOW.on(snapshot.version), snapshot.of(NAD)
        keys = vm_networks_of(snapshot, self.cluster_network)
        on_it = [nads[key] for key in keys if not is_overlay(nads[key])]
        observed = {config_mtu(config) for config in configs}
        # Up to 1.5 nobody may write the storage network's own, and it follows nothing (H7).
        observed |= {nad_mtu(nad) for nad in on_it if follow or not is_system_nad(nad)}
        if network is not None and (follow or not configs):
            observed.add(uplink_mtu(network))
        return observed == {self.mtu}

    def refusals(self, snapshot: Snapshot) -> Iterator[str]:
        if self.cluster_network not in snapshot.of(CLUSTER_NETWORK):
            yield f"there is no cluster network {self.cluster_network}"
        for config in self.configs(snapshot):
            yield from _refuse_without_nics(snapshot, config)
        if self.mtu > self.old_mtu(snapshot):
            yield from self._refuse_underlays(snapshot)
        # Where a config without nodes can at least be made, only the kept one is a problem.
        made = CONFIGS_WITHOUT_NODES_ARE_MADE.on(snapshot.version)
        if not CONFIGS_WITHOUT_NODES.on(snapshot.version):
            kept = self.kept_config(snapshot)
            targets = self.configs(snapshot)
            yield from refuse_without_nodes(
                c for c in targets if not made or key_of(c) == kept
            )

    def _refuse_underlays(self, snapshot: Snapshot) -> Iterator[str]:
        """Those whose device keeps the old MTU, and that Harvester does not let go of, or
        would not make again (B1.2, B1.4).
        """
        for config in self.host_networks(snapshot):
            if not config["spec"].get("underlay"):
                continue
            anew = f"for {device_of(config)} to have MTU {self.mtu} it must be made again"
            if users := overlay_vms(snapshot):
                yield (
                    f"host network config {key_of(config)} is the underlay of the overlay "
                    f"networks of {listed(users)}: {anew}, and Harvester does not delete it "
                    "before; remove these NICs first"
                )
            if self.cluster_network == MGMT:
                continue
            for empty in configs_against_underlay(self.cluster_network, snapshot):
                yield (
                    f"host network config {key_of(config)} is an underlay: {anew}, and "
                    f"Harvester does not make one while network config {empty} matches no "
                    "node; delete it, or let it match a node"
                )
            if missing := nodes_against_underlay(self.cluster_network, snapshot):
                yield (
                    f"host network config {key_of(config)} is an underlay: {anew}, and "
                    "Harvester does not make one that does not reach every node; no network "
                    f"config of {self.cluster_network} matches {listed(missing)}"
                )

    def headline(self, record: Record) -> str:
        what = f"MTU of cluster network {self.cluster_network}"
        if not record.old_mtu:  # There is no such cluster network.
            return f"{what}: {self.mtu}"
        if record.backwards:
            return f"{what}: back to {record.old_mtu}"
        return f"{what}: {record.old_mtu} -> {self.mtu}"

    def notes(self, record: Record) -> Iterator[str]:
        if self.cluster_network == MGMT:
            yield from host_steps(record, self.mtu)
        verify = f"`harvester-net verify {self.cluster_network}`"
        if self.mtu > record.old_mtu:
            can = f", {verify} can" if record.verify is None else ""
            yield (
                f"the switch ports of the uplinks must carry frames of {self.mtu} bytes; "
                f"Harvester cannot tell{can}"
            )
        elif record.verify is None:
            yield f"{verify} shows afterwards whether the devices of all nodes have followed"

    def verified_network(self, record: Record) -> str:
        on_nodes = bool(record.kept) or self.cluster_network == MGMT
        return self.cluster_network if on_nodes else ""

    def undoes(self, unfinished: Record) -> bool:
        same_network = unfinished.goal.mtu_network == self.cluster_network
        return same_network and self.mtu == unfinished.old_mtu

    def is_untouched(self, record: Record, snapshot: Snapshot) -> bool:
        configs, nads = snapshot.of(VLAN_CONFIG), snapshot.of(NAD)
        network = snapshot.of(CLUSTER_NETWORK).get(self.cluster_network)
        if not record.kept and (network is None or uplink_mtu(network) != record.old_mtu):
            return False
        return all(
            key in configs
            and not is_terminating(configs[key])
            and config_mtu(configs[key]) == record.old_mtu
            for key in record.configs
        ) and all(
            key not in nads or nads[key]["spec"]["config"] == text
            for key, text in record.vm_networks.items()
        )


def host_steps(record: Record, mtu: int) -> Iterator[str]:
    """What the operator does on every node for mgmt, whose devices Harvester does not touch
    (H5.3).
    """
    yield f"on every node, before: {mtu_commands(record.version, mtu)}"
    if record.verify is None:
        yield (
            "Harvester does not check that the hosts have it; `ip link show mgmt-br` does. "
            "With a look at the nodes the change would wait for the hosts while VMs are down"
        )
    else:
        yield "Harvester is told when every node has it; until then the change waits"


def _is_management(config: Object, snapshot: Snapshot) -> bool:
    managed = management_nodes(config, snapshot, is_made=True)
    return is_management_allowed(config) or bool(managed)


def _refuse_without_nics(snapshot: Snapshot, config: Object) -> Iterator[str]:
    """The nodes on which the bond could not be made anew: with another MTU it is (H4.1)."""
    wanted = [printable(nic) for nic in config["spec"]["uplink"].get("nics") or []]
    for node in present_nodes(config, snapshot):
        there = nics_of(node, snapshot)
        gone = [nic for nic in wanted if there is not None and nic not in there]
        if gone:
            yield (
                f"{node} has no {', '.join(gone)}, which network config {key_of(config)} "
                "wants, and could not make its bond anew; put it back, or change uplink.nics "
                "first"
            )
