"""Host network configs made again after a higher MTU, for their devices keep the old one: the
kernel lowers the MTU of a VLAN device with its bridge, and never raises it (B1.4, I#11697).

No VM waits for them, and none is held down for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from ...cluster.errors import AlreadyExists, Conflict
from ...cluster.resources import (
    HOST_NETWORK_CONFIG,
    LINK_MONITOR,
    NODE,
    VLAN_STATUS,
    Object,
    is_terminating,
)
from ...cluster.rights import rights
from ...harvester.host_networks import device_of, devices_at, network_of, nodes_not_ready
from ...harvester.network_configs import manifest_of
from ...harvester.nodes import is_ready
from ...harvester.snapshot import Snapshot
from ...harvester.wording import listed
from ..context import ChangeContext
from ..record import HostNetworkRecord, Record
from .step import Step


@dataclass(frozen=True)
class HostNetworkStep(Step):
    """A step about one host network config."""

    key: str

    watches = (HOST_NETWORK_CONFIG, VLAN_STATUS, LINK_MONITOR)

    @property
    def original(self) -> HostNetworkRecord:
        """The config as it was."""
        return self.record.host_networks[self.key]

    @property
    def device(self) -> str:
        """The device that its nodes have for it."""
        return device_of(self.original.manifest)

    def live(self, now: Snapshot) -> Object | None:
        """The config as it is; None if it is not there, or going."""
        found = now.of(HOST_NETWORK_CONFIG).get(self.key)
        return None if found is None or is_terminating(found) else found

    def is_original(self, now: Snapshot) -> bool:
        """Whether the object of its name is the one from before, also if it is going."""
        found = now.of(HOST_NETWORK_CONFIG).get(self.key)
        return found is not None and found["metadata"].get("uid", "") == self.original.uid

    def old_devices(self, now: Snapshot) -> list[str]:
        """The nodes that have the device from before still; one that is not ready tells
        nothing, and keeps nobody waiting.
        """
        network = network_of(self.original.manifest)
        return [
            node
            for node, index in sorted(self.original.devices.items())
            if is_ready(now.of(NODE).get(node))
            and devices_at(network, node, now).get(self.device) == index
        ]


@dataclass(frozen=True)
class DeleteHostNetwork(HostNetworkStep):
    """Take a host network config away, and wait until its nodes have removed the device: an
    agent takes one that is there for its own.
    """

    rights = rights("get patch delete", HOST_NETWORK_CONFIG)

    @property
    def id(self) -> str:
        return f"delete host network {self.key}"

    @property
    def title(self) -> str:
        return f"delete host network config {self.key} ({self.device}), which keeps its MTU"

    def done(self, now: Snapshot) -> bool:
        return self.holds(now) and not self.old_devices(now)

    def holds(self, now: Snapshot) -> bool:
        return not self.is_original(now)

    async def act(self, now: Snapshot, context: ChangeContext) -> None:
        """Deletes exactly the object whose original is in the journal."""
        cluster = context.cluster
        while True:
            live = await cluster.get(HOST_NETWORK_CONFIG, self.key, context.deadline)
            if live is None or is_terminating(live):
                return
            meta = live["metadata"]
            if meta["uid"] != self.original.uid:
                return
            original = self.original_now(live)
            if original != self.original:
                # Others may change it meanwhile: theirs is what comes back.
                note = partial(Record.with_host_network, key=self.key, config=original)
                await context.remember(note)
            try:
                if live["spec"].get("underlay"):
                    # Harvester deletes none that is one (B1.2).
                    same = {name: meta[name] for name in ("uid", "resourceVersion")}
                    off = {"metadata": same, "spec": {"underlay": False}}
                    await cluster.patch(HOST_NETWORK_CONFIG, self.key, off, context.deadline)
                    continue
                await cluster.delete(
                    HOST_NETWORK_CONFIG,
                    self.key,
                    meta["uid"],
                    context.deadline,
                    meta["resourceVersion"],
                )
                return
            except Conflict:
                await context.deadline.sleep(cluster.timings.step_poll)

    def original_now(self, live: Object) -> HostNetworkRecord:
        """The original with what others have changed since. `underlay` stays: it is switched
        off here.
        """
        was = self.original.manifest["spec"].get("underlay")
        manifest = manifest_of(live)
        if was:
            manifest = manifest | {"spec": manifest["spec"] | {"underlay": was}}
        return self.original.model_copy(update={"manifest": manifest})

    def waits_for(self, now: Snapshot) -> str:
        if nodes := self.old_devices(now):
            return f"{listed(nodes)} to remove {self.device}"
        return f"host network config {self.key} to go"


@dataclass(frozen=True)
class CreateHostNetwork(HostNetworkStep):
    """Make a host network config again as it was."""

    rights = rights("get create", HOST_NETWORK_CONFIG)

    @property
    def id(self) -> str:
        return f"create host network {self.key}"

    @property
    def title(self) -> str:
        return f"create host network config {self.key} ({self.device}) again"

    def done(self, now: Snapshot) -> bool:
        return self.holds(now) and not self._waiting(now)

    def holds(self, now: Snapshot) -> bool:
        return self.live(now) is not None

    def _waiting(self, now: Snapshot) -> dict[str, str]:
        """The nodes that had it, and are ready themselves, but have not again."""
        live, nodes = self.live(now), now.of(NODE)
        return {
            node: why
            for node, why in (nodes_not_ready(live, now) if live else {}).items()
            if node in self.original.nodes and is_ready(nodes.get(node))
        }

    async def act(self, now: Snapshot, context: ChangeContext) -> None:
        cluster = context.cluster
        while True:
            try:
                await cluster.create(
                    HOST_NETWORK_CONFIG, self.original.manifest, context.deadline
                )
                return
            except AlreadyExists:
                found = await cluster.get(HOST_NETWORK_CONFIG, self.key, context.deadline)
                if found is not None and not is_terminating(found):
                    return
                await context.deadline.sleep(cluster.timings.step_poll)

    def waits_for(self, now: Snapshot) -> str:
        if self.live(now) is None:
            return f"host network config {self.key} to be made again"
        said = "; ".join(f"{n}: {why}" for n, why in sorted(self._waiting(now).items()))
        return f"host network config {self.key}: {said}"

    def unproven(self, now: Snapshot) -> list[str]:
        if self.is_original(now):
            return []  # On the way back it was not touched yet.
        return [f"{n}: {self.device} was not made anew" for n in self.old_devices(now)]


def host_network_steps(record: Record, after: tuple[str, ...]) -> list[Step]:
    """Each is made again where the MTU rises, and on the way back at least put back."""
    steps: list[Step] = []
    for key in sorted(record.host_networks):
        before = after
        if record.raises_mtu:
            delete = DeleteHostNetwork(record, after, key)
            steps.append(delete)
            before = (delete.id,)
        if record.raises_mtu or record.backwards:
            steps.append(CreateHostNetwork(record, before, key))
    return steps
