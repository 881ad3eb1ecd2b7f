"""VM networks and the annotation of mgmt: what carries the MTU besides the configs."""

from __future__ import annotations

import json
from abc import abstractmethod
from dataclasses import dataclass

from ...cluster.resources import (
    CLUSTER_NETWORK,
    NAD,
    VLAN_CONFIG,
    Object,
    key_of,
    split_key,
)
from ...cluster.rights import Right, rights
from ...harvester.cni import cni_config
from ...harvester.mtus import config_mtu, uplink_mtu
from ...harvester.names import UPLINK_MTU
from ...harvester.snapshot import Snapshot
from ...harvester.versions import VM_NETWORKS_FOLLOW
from ...specs.limits import MGMT
from ...verify.host_commands import mtu_commands
from ..context import ChangeContext
from .configs import networks_behind
from .step import Step

MIRROR = "mgmt-vlanconfig-"
"""How the network configs begin in which the agents mirror what the hosts have."""


@dataclass(frozen=True)
class AnnotateMtu(Step):
    """Tell Harvester the MTU of a cluster network without configs, such as mgmt (H5.3)."""

    network: str

    watches = (CLUSTER_NETWORK, NAD, VLAN_CONFIG)
    rights = rights("patch", CLUSTER_NETWORK)
    interrupted_by_vms = True
    ends_without_vms = True

    @property
    def id(self) -> str:
        return "annotate"

    @property
    def title(self) -> str:
        mtu = self.record.target_mtu
        return f"tell Harvester that cluster network {self.network} has MTU {mtu}"

    def done(self, now: Snapshot) -> bool:
        network = now.of(CLUSTER_NETWORK).get(self.network)
        if network is None or uplink_mtu(network) != self.record.target_mtu:
            return False
        return not VM_NETWORKS_FOLLOW.on(self.record.version) or not self._behind(now)

    def holds(self, now: Snapshot) -> bool:
        network = now.of(CLUSTER_NETWORK).get(self.network)
        return network is not None and uplink_mtu(network) == self.record.target_mtu

    def _behind(self, now: Snapshot) -> list[str]:
        return networks_behind(now, self.network, self.record.target_mtu)

    async def act(self, now: Snapshot, context: ChangeContext) -> None:
        annotation = {UPLINK_MTU: str(self.record.target_mtu)}
        patch = {"metadata": {"annotations": annotation}}
        await context.cluster.patch(CLUSTER_NETWORK, self.network, patch, context.deadline)

    def waits_for(self, now: Snapshot) -> str:
        return f"VM networks to follow: {', '.join(self._behind(now)[:5])}"

    def unprovable(self, now: Snapshot) -> list[str]:
        looked = self.record.verify is not None
        if self.network != MGMT or looked or self.record.backwards:
            return []
        mtu = self.record.target_mtu
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
            "`harvester-net verify mgmt` does"
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
    """Write the CNI config of a VM network."""

    key: str

    watches = (NAD,)
    rights = rights("patch", NAD)
    interrupted_by_vms = True

    @property
    def needs(self) -> tuple[Right, ...]:
        return tuple(right.within(split_key(self.key)[0]) for right in self.rights)

    @property
    def id(self) -> str:
        return f"write {self.key}"

    @property
    def before(self) -> Object:
        """The config as it was."""
        return dict(json.loads(self.record.vm_networks[self.key]))

    @property
    @abstractmethod
    def wanted(self) -> Object:
        """The config that the change leads to, forwards."""

    @property
    def _config(self) -> Object:
        return self.before if self.record.backwards else self.wanted

    def done(self, now: Snapshot) -> bool:
        nad = now.of(NAD).get(self.key)
        return nad is None or cni_config(nad) == self._config

    async def act(self, now: Snapshot, context: ChangeContext) -> None:
        text = self.record.vm_networks[self.key]
        if not self.record.backwards:
            text = json.dumps(self._config, separators=(",", ":"))
        patch = {"spec": {"config": text}}
        await context.cluster.patch(NAD, self.key, patch, context.deadline)


@dataclass(frozen=True)
class SetVmNetworkMtu(WriteVmNetwork):
    """Give a VM network the MTU, where it does not follow by itself (H7)."""

    @property
    def title(self) -> str:
        return f"set MTU {self.record.target_mtu} on VM network {self.key}"

    @property
    def wanted(self) -> Object:
        return self.before | {"mtu": self.record.target_mtu}


@dataclass(frozen=True)
class ChangeVmNetwork(WriteVmNetwork):
    """Give a VM network another config, such as another VLAN."""

    config: Object | None
    """The config that is wanted; None leaves it as it is."""

    @property
    def title(self) -> str:
        return f"change VM network {self.key}"

    @property
    def wanted(self) -> Object:
        return self.before if self.config is None else self.config
