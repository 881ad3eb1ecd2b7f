"""What must not be lost: the originals of everything a change takes away, and how far it is.

The record is all that a resumed change has. It goes into the journal before the first
destructive write, and the steps follow from it alone.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ..cluster.resources import LINK_MONITOR, Object
from ..harvester.cni import readable_conf
from ..harvester.host_networks import device_of, devices_at, network_of, ready_nodes
from ..harvester.link_monitors import bonds
from ..harvester.names import BRIDGE, MIGRATION_SETTING, RWX_SETTING, STORAGE_SETTING
from ..harvester.network_configs import manifest_of, present_nodes
from ..harvester.snapshot import Snapshot
from .consent import Consent, NodeCheck
from .goals import AnyGoal

HALTED = "Halted"
"""Run strategy of a VM that is not to run."""


class VmRecord(BaseModel):
    """A VM that is stopped for the change, as it was."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    strategy: str | None = None
    """Its runStrategy; None if it uses the old field `running`."""
    remembered: str | None = None
    """Harvester's annotation with the last run strategy (H5.6)."""
    phase: str = "Running"
    """Phase of its instance, empty if it had none: what had not come up before need not come
    up for the change to be over.
    """
    finished: bool = False
    """Its guest has shut down: only the finished instance is removed, and it stays down."""

    @property
    def comes_back(self) -> bool:
        """Whether it ran, and is to run again."""
        return not self.finished and self.strategy != HALTED


class ConfigRecord(BaseModel):
    """A network config that the change writes, as it was."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    manifest: dict[str, Any]
    """The object without what the server fills in."""
    nodes: list[str]
    bonds: dict[str, int] = Field(default_factory=dict)
    """Index of the bond on each node before the change; a new one proves the change (H5.5)."""

    @classmethod
    def of(cls, config: Object, snapshot: Snapshot) -> ConfigRecord:
        """A network config as it is."""
        network = config["spec"]["clusterNetwork"]
        nodes = present_nodes(config, snapshot)
        now = bonds(snapshot.of(LINK_MONITOR).get(network), network)
        return cls(
            manifest=manifest_of(config),
            nodes=nodes,
            bonds={node: now[node][0] for node in nodes if node in now},
        )


class Turns(BaseModel):
    """How the nodes of one config change one after the other: through a second config of ours,
    and back (B7.2).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    nodes: list[str]
    """The nodes in their order. The last one never leaves the config, which gets its new
    uplink when it is the only one there.
    """
    second: str
    """Name of the second config."""
    stops_at: str = ""
    """The step, by its id, after which VMs are stopped that cannot go."""


class Emptying(BaseModel):
    """How nodes are emptied of the VMs of a cluster network, by live migration."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    nodes: dict[str, list[str]]
    """The VMs that were to go when it was planned, by their nodes."""
    back: list[str] = Field(default_factory=list)
    """The nodes that the way back empties."""
    cordoned: list[str] = Field(default_factory=list)
    """Those of the nodes that others had cordoned before: they stay so."""
    stops: bool = False
    """Whether VMs that cannot go may be stopped."""
    turns: Turns | None = None
    """How the nodes take turns; without, all of them are emptied at once."""


class HostNetworkRecord(BaseModel):
    """A host network config that the change makes again, as it was."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    uid: str
    """Of the object that is deleted, and no other one."""
    manifest: dict[str, Any]
    """The object without what the server fills in."""
    nodes: list[str] = Field(default_factory=list)
    """The nodes that said that they had set it up: the others need not, either."""
    devices: dict[str, int] = Field(default_factory=dict)
    """Index of the device on each of them before the change."""

    @classmethod
    def of(cls, config: Object, snapshot: Snapshot) -> HostNetworkRecord:
        """A host network config as it is."""
        network, device = network_of(config), device_of(config)
        nodes = ready_nodes(config)
        there = {node: devices_at(network, node, snapshot) for node in nodes}
        return cls(
            # What a snapshot in a file was taken of has none.
            uid=config["metadata"].get("uid", ""),
            manifest=manifest_of(config),
            nodes=nodes,
            devices={node: found[device] for node, found in there.items() if device in found},
        )


class Record(BaseModel):
    """A change from its plan to its end."""

    model_config = ConfigDict(extra="forbid")

    format: Literal[1] = 1
    """Which form the record has; another version of harvester-net may not know it."""
    id: str = ""
    goal: AnyGoal
    who: str = ""
    """URN of the resource, or the user of the command line."""
    cluster: str = ""
    """Identity of the cluster: the uid of its namespace kube-system."""
    began: str = ""
    """When it began, RFC 3339."""
    version: tuple[int, int]
    """Harvester's version when the change began."""
    old_mtu: int = 0
    kept: str = ""
    """The network config whose MTU is changed in place."""
    configs: dict[str, ConfigRecord] = Field(default_factory=dict)
    host_networks: dict[str, HostNetworkRecord] = Field(default_factory=dict)
    """The host network configs on the cluster network whose MTU changes."""
    vm_networks: dict[str, str] = Field(default_factory=dict)
    """CNI configs of the VM networks that do not follow by themselves (1.5 and older)."""
    vms: dict[str, VmRecord] = Field(default_factory=dict)
    emptying: Emptying | None = None
    """The nodes that are emptied by live migration, if any are; then ``vms`` are those that
    cannot go.
    """
    restart: bool = True
    max_parallel: int = 20
    """How many VMs are being stopped at once, and how many started."""
    storage: str | None = None
    """Exact text of the Setting storage-network, if it is cleared and set again."""
    storage_before: str = ""
    """Text of the Setting storage-network before a change that is about this Setting."""
    rwx: str | None = None
    """Exact text of the Setting rwx-network, if it is reset and set again."""
    migration: str | None = None
    """Exact text of the Setting vm-migration-network, if it is cleared and set again."""
    stop_timeout: int = 180
    """Seconds to wait for one VM to stop, besides its grace period."""
    start_timeout: int = 600
    """Seconds to wait for one VM to come up again."""
    node_timeout: int = 300
    """Seconds to wait for the nodes of one config."""
    migration_timeout: int = 1800
    """Seconds to wait for one VM to be migrated."""
    storage_timeout: int = 1800
    """Seconds to wait for the volumes, and for the storage network."""
    verify: NodeCheck | None = None
    """How the devices of the nodes are checked before the VMs start again, if they are."""
    backwards: bool = False
    """Whether the change is being rolled back."""
    done: list[str] = Field(default_factory=list)
    """Steps that are over, by id; they are never done again."""
    unverified: list[str] = Field(default_factory=list)
    """What could not be proven or restored, for the report at the end."""

    @property
    def networks(self) -> set[str]:
        """The cluster networks whose objects it writes."""
        configs = (config.manifest["spec"] for config in self.configs.values())
        texts = ({"spec": {"config": text}} for text in self.vm_networks.values())
        named = (readable_conf(t).get("bridge", "").removesuffix(BRIDGE) for t in texts)
        found = {self.goal.mtu_network, *(spec["clusterNetwork"] for spec in configs), *named}
        return found - {""}

    @property
    def emptied_nodes(self) -> list[str]:
        """The nodes that are emptied by live migration, forwards or back."""
        if self.emptying is None:
            return []
        return sorted(self.emptying.back if self.backwards else self.emptying.nodes)

    @property
    def turns(self) -> Turns | None:
        """How its nodes change one after the other, if they do."""
        return None if self.emptying is None else self.emptying.turns

    @property
    def cleared(self) -> dict[str, str]:
        """The exact texts of the Settings that it clears and sets again, by their names."""
        texts = {
            STORAGE_SETTING: self.storage,
            RWX_SETTING: self.rwx,
            MIGRATION_SETTING: self.migration,
        }
        return {name: text for name, text in texts.items() if text is not None}

    @property
    def writes_settings(self) -> bool:
        """Whether it writes one of the Settings that name a network."""
        return self.goal.stops_all_vms or bool(self.cleared)

    @property
    def target_mtu(self) -> int:
        """The MTU in bytes that the change leads to, forwards or back."""
        return self.old_mtu if self.backwards else self.goal.mtu_wanted

    @property
    def raises_mtu(self) -> bool:
        """Whether it leads to a higher MTU, forwards or back."""
        before = self.goal.mtu_wanted if self.backwards else self.old_mtu
        return self.target_mtu > before

    def with_done(self, step: str) -> Record:
        """The record after one more step."""
        return self.model_copy(update={"done": [*self.done, step]})

    def with_config(self, key: str, config: ConfigRecord) -> Record:
        """The record with another original of a network config."""
        return self.model_copy(update={"configs": {**self.configs, key: config}})

    def with_host_network(self, key: str, config: HostNetworkRecord) -> Record:
        """The record with another original of a host network config."""
        kept = {**self.host_networks, key: config}
        return self.model_copy(update={"host_networks": kept})

    def with_vms(self, vms: dict[str, VmRecord]) -> Record:
        """The record with more VMs that are stopped for the change."""
        return self.model_copy(update={"vms": self.vms | vms})

    def coming(self, found: dict[str, VmRecord]) -> dict[str, VmRecord]:
        """Those of the VMs in the way that it would not bring back: new ones, and those that
        were to stay down until their owner started them.
        """
        return {
            key: vm
            for key, vm in found.items()
            if key not in self.vms or (vm.comes_back and not self.vms[key].comes_back)
        }

    def with_unverified(self, notes: list[str]) -> Record:
        """The record with more that could not be proven."""
        return self.model_copy(update={"unverified": [*self.unverified, *notes]})

    def with_limits_of(self, consent: Consent) -> Record:
        """The record with the limits, and the check of the nodes, that the user wants now."""
        limits: dict[str, Any] = {
            "max_parallel": consent.max_parallel or self.max_parallel,
            "stop_timeout": consent.stop_timeout_seconds,
            "node_timeout": consent.node_timeout_seconds,
            "migration_timeout": consent.migration_timeout_seconds,
            "storage_timeout": consent.storage_timeout_seconds,
            "verify": consent.verify_on_nodes,
        }
        if self.emptying is not None:
            stops = {"stops": consent.stop_vms}
            limits["emptying"] = self.emptying.model_copy(update=stops)
        return self.model_copy(update=limits)

    def turned_back(self) -> Record:
        """The record of the way back to the start; every step is open again.

        What ran before runs again, also where the change was to leave it stopped.
        """
        return self.model_copy(update={"backwards": True, "done": [], "restart": True})
