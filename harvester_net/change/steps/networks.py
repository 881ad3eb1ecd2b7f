"""VM networks and the annotation of mgmt: what carries the MTU besides the configs."""

from __future__ import annotations

import json
from dataclasses import dataclass

from ...cluster.resources import CLUSTER_NETWORK, NAD, VLAN_CONFIG, Object, key_of
from ...harvester.cni import cni_config
from ...harvester.mtus import config_mtu, uplink_mtu
from ...harvester.names import UPLINK_MTU
from ...harvester.snapshot import Snapshot
from ...harvester.versions import VM_NETWORKS_FOLLOW
from ...specs.limits import MGMT
from ...verify.host_commands import mtu_commands
from .configs import networks_behind, target_mtu
from .step import Hands, Step

MIRROR = "mgmt-vlanconfig-"
"""How the network configs begin in which the agents mirror what the hosts have."""


@dataclass(frozen=True)
class AnnotateMtu(Step):
    """Tell Harvester the MTU of a cluster network without configs, such as mgmt (H5.3)."""

    watches = (CLUSTER_NETWORK, NAD, VLAN_CONFIG)
    interrupted_by_vms = True

    @property
    def id(self) -> str:
        return "annotate"

    @property
    def title(self) -> str:
        name, mtu = self.record.goal.cluster_network, target_mtu(self.record)
        return f"tell Harvester that cluster network {name} has MTU {mtu}"

    def done(self, now: Snapshot) -> bool:
        network = now.of(CLUSTER_NETWORK).get(self.record.goal.cluster_network)
        if network is None or uplink_mtu(network) != target_mtu(self.record):
            return False
        return not VM_NETWORKS_FOLLOW.on(self.record.version) or not self._behind(now)

    def _behind(self, now: Snapshot) -> list[str]:
        return networks_behind(now, self.record.goal.cluster_network, target_mtu(self.record))

    async def act(self, now: Snapshot, hands: Hands) -> None:
        annotation = {UPLINK_MTU: str(target_mtu(self.record))}
        name = self.record.goal.cluster_network
        patch = {"metadata": {"annotations": annotation}}
        await hands.cluster.patch(CLUSTER_NETWORK, name, patch, hands.deadline)

    def waits_for(self, now: Snapshot) -> str:
        return f"VM networks to follow: {', '.join(self._behind(now)[:5])}"

    def unprovable(self, now: Snapshot) -> list[str]:
        looked = self.record.verify is not None
        if self.record.goal.cluster_network != MGMT or looked or self.record.backwards:
            return []
        mtu = target_mtu(self.record)
        mirrors = mirrored(now)
        if mirrors:
            command = mtu_commands(self.record.version, mtu)
            return [
                f"{node}: bond mgmt-bo has MTU {has}, not {mtu}; on {node}: {command}"
                for node, has in sorted(mirrors.items())
                if has != mtu
            ]
        return [
            f"nobody has looked whether mgmt-bo and mgmt-br have MTU {mtu} on every node; "
            "`harvester-net verify mgmt` does, and disruption.verifyOnNodes before Harvester "
            "is told"
        ]


def mirrored(now: Snapshot) -> dict[str, int]:
    """The MTU in bytes of mgmt-bo by node, where the server mirrors it (from 1.9 on, H5.3)."""
    return {
        key_of(config).removeprefix(MIRROR): config_mtu(config)
        for config in now.of(VLAN_CONFIG).values()
        if config["spec"]["clusterNetwork"] == MGMT and key_of(config).startswith(MIRROR)
    }


@dataclass(frozen=True)
class WriteVmNetwork(Step):
    """Write a VM network: its MTU where it does not follow by itself, or another VLAN."""

    key: str

    watches = (NAD,)
    interrupted_by_vms = True

    @property
    def id(self) -> str:
        return f"write {self.key}"

    @property
    def title(self) -> str:
        if self.record.goal.kind == "mtu":
            return f"set MTU {target_mtu(self.record)} on VM network {self.key}"
        return f"change VM network {self.key}"

    @property
    def _config(self) -> Object:
        before: Object = json.loads(self.record.vm_networks[self.key])
        if self.record.backwards:
            return before
        if self.record.goal.kind == "mtu":
            return before | {"mtu": target_mtu(self.record)}
        text = self.record.goal.patch.get("spec", {}).get("config")
        return before if text is None else json.loads(text)

    def done(self, now: Snapshot) -> bool:
        nad = now.of(NAD).get(self.key)
        return nad is None or cni_config(nad) == self._config

    async def act(self, now: Snapshot, hands: Hands) -> None:
        text = self.record.vm_networks[self.key]
        if not self.record.backwards:
            text = json.dumps(self._config, separators=(",", ":"))
        await hands.cluster.patch(NAD, self.key, {"spec": {"config": text}}, hands.deadline)
