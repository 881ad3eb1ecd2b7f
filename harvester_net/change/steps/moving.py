"""Nodes closed to VMs and emptied of those of a cluster network by live migration, and opened
again (B7.2).

Who has a node cordoned is written on it: what others have cordoned stays so, whatever the
journal says. Which VMs are to go is seen anew at each moment.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass

from ...cluster.deadline import DeadlineExceeded
from ...cluster.errors import AlreadyExists, ClusterError
from ...cluster.resources import (
    LINK_MONITOR,
    MIGRATION,
    NAD,
    NODE,
    VLAN_CONFIG,
    VLAN_STATUS,
    VMI,
    Object,
    annotations_of,
    is_terminating,
    labels_of,
    split_key,
)
from ...cluster.rights import Right, rights
from ...harvester.loading import cached_snapshot
from ...harvester.migrations import (
    ENDED,
    FAILED,
    cannot_go,
    has_hidden_target,
    instance_of,
    phase_of,
    target_of,
    why_failed,
    why_not_migratable,
)
from ...harvester.network_configs import matched_nodes, nodes_not_ready
from ...harvester.snapshot import VMIS_AT, Snapshot
from ...harvester.vm_networks import vm_networks_of
from ...harvester.wording import counted, listed
from ...harvester.workloads import node_of_vmi, uses
from ..context import ChangeContext
from ..errors import ChangeStopped
from ..record import Record
from ..turns import Standing
from .step import Step

CORDONED_FOR = "harvester-net/cordoned-for"
"""Annotation of a node that is cordoned for a change: only such a node is opened again."""
CHANGE = "harvester-net/change"
"""Label of a migration: the change that asked for it, by its id."""
AGAIN = " again"
"""Ends the name of a node that is emptied for the second time."""
MOST_TRIES = 3
"""How often a VM is tried to be migrated before the change stops."""
AT_A_TIME = 5
"""Migrations that are asked for at once; KubeVirt lets so many run in a cluster."""
CLOSING = rights("get patch", NODE)
MOVING = rights("create delete", MIGRATION)
SEEING_MOVES = rights("list", MIGRATION)


@dataclass(frozen=True)
class NodeStep(Step):
    """A step about one node that is emptied."""

    node: str
    _: KW_ONLY
    again: bool = False
    """Whether the node is emptied for the second time, on its way back to its config."""

    @property
    def network(self) -> str:
        """The cluster network whose VMs must be off the node."""
        return self.record.goal.emptied_network(self.record)

    @property
    def which(self) -> str:
        """The node, as ids and titles name it."""
        return f"{self.node}{AGAIN}" if self.again else self.node


@dataclass(frozen=True)
class CordonNode(NodeStep):
    """Close a node to VMs."""

    watches = (NODE,)
    rights = CLOSING

    @property
    def id(self) -> str:
        return f"cordon {self.which}"

    @property
    def title(self) -> str:
        return f"cordon {self.which}"

    def done(self, now: Snapshot) -> bool:
        node = now.of(NODE).get(self.node)
        return node is None or is_cordoned(node)

    async def act(self, now: Snapshot, context: ChangeContext) -> None:
        node = await context.cluster.get(NODE, self.node, context.deadline)
        if node is None or is_cordoned(node):
            return
        why = f"{self.record.goal.headline(self.record)}; harvester-net uplink status"
        note = {"uid": node["metadata"]["uid"], "annotations": {CORDONED_FOR: why}}
        patch = {"metadata": note, "spec": {"unschedulable": True}}
        await context.cluster.patch(NODE, self.node, patch, context.deadline)

    def waits_for(self, now: Snapshot) -> str:
        return f"{self.node} to be cordoned"


@dataclass(frozen=True)
class EmptyNode(NodeStep):
    """Migrate the VMs of the cluster network away from a node."""

    vms: tuple[str, ...]
    """Those that were there when the change was planned."""

    watches = (VMI, MIGRATION, NAD, NODE)
    rights = (*MOVING, *SEEING_MOVES)
    blocks_until_done = True

    @property
    def needs(self) -> tuple[Right, ...]:
        # Where nodes take turns, it may be any of the VMs that has come here.
        vms = {*self.vms, *_all_vms(self.record)}
        namespaces = sorted({split_key(key)[0] for key in vms})
        asked = [right.within(place) for place in namespaces for right in MOVING]
        return (*asked, *SEEING_MOVES)

    @property
    def id(self) -> str:
        return f"empty {self.which}"

    @property
    def title(self) -> str:
        if self.again:
            return f"migrate away from {self.node} what has come to it"
        if not self.vms:
            return f"see that no VM of {self.network} is on {self.node}"
        many = counted(len(self.vms), "VM")
        return f"migrate {many} away from {self.node}: {listed(self.vms)}"

    def done(self, now: Snapshot) -> bool:
        return not self._left(now) and not self._coming(now)

    def _left(self, now: Snapshot) -> list[str]:
        """The VMs that are still there, and can go or may come to it. Those that cannot are
        stopped, or named by the server.
        """
        nads = set(vm_networks_of(now, self.network))
        return [
            key
            for key, vmi in sorted(now.keyed(VMIS_AT, self.node).items())
            if uses(vmi, nads)
            and not is_terminating(vmi)
            and key not in self.record.vms
            and not cannot_go(vmi)
        ]

    def _coming(self, now: Snapshot) -> list[str]:
        """The VMs that are on their way to the node, or may be: the server counts them only
        when they have come.
        """
        nads, vmis = set(vm_networks_of(now, self.network)), now.of(VMI)
        moving = {
            instance_of(migration)
            for migration in now.of(MIGRATION).values()
            if has_hidden_target(migration, vmis.get(instance_of(migration)) or {})
        }
        return [
            key
            for key, vmi in sorted(vmis.items())
            if node_of_vmi(vmi) != self.node
            and (target_of(vmi) == self.node or key in moving)
            and uses(vmi, nads)
        ]

    async def act(self, now: Snapshot, context: ChangeContext) -> None:
        before = {m["metadata"].get("uid") for m in self._ours(_live(context))}
        try:
            while not self.done(now := _live(context)):
                # Before anything is asked for: what happens meanwhile is a change too.
                state = self._state(now)
                await self._ask(now, before, context)
                await self._change_of(state, context)
        except ChangeStopped:
            await self._withdraw(context)
            raise

    async def _ask(
        self, now: Snapshot, before: set[str | None], context: ChangeContext
    ) -> None:
        """Have the VMs migrated that nobody migrates yet, a few at a time."""
        going = {instance_of(m) for m in now.of(MIGRATION).values() if not has_ended(m)}
        vmis = now.of(VMI)
        left = [key for key in self._left(now) if not why_not_migratable(vmis[key])]
        room = AT_A_TIME - len(going.intersection(left))
        for key in [key for key in left if key not in going][: max(room, 0)]:
            ours = [m for m in self._ours(now) if instance_of(m) == key]
            new = [m for m in ours if m["metadata"].get("uid") not in before]
            failed = [m for m in new if phase_of(m) == FAILED]
            if len(failed) >= MOST_TRIES:
                raise ChangeStopped(
                    f"VM {key} could not be migrated away from {self.node}, "
                    f"{len(failed)} times: {why_failed(failed[-1], vmis.get(key) or {})}"
                )
            wanted = _migration(key, self.record, _next_number(ours))
            try:
                await context.cluster.create(MIGRATION, wanted, context.deadline)
            except AlreadyExists:
                continue  # An answer was lost; the watch will show it.

    async def _change_of(self, state: object, context: ChangeContext) -> None:
        """Wait until a VM has moved on; raises ChangeStopped after too long."""
        limit = float(self.record.migration_timeout)
        away = context.cluster.connection.away
        patience = context.deadline.within(limit)

        def moved() -> bool | None:
            now = _live(context)
            context.observer.waiting_for(self.waits_for(now))
            return True if self._state(now) != state else None

        try:
            await context.cluster.wait_for(self.watches, moved, patience)
        except DeadlineExceeded as error:
            context.deadline.check()
            if context.cluster.connection.away > away:
                return  # Nobody has seen what happened while the API was away.
            waited = self.waits_for(_live(context))
            raise ChangeStopped(f"not done after {limit:.0f} s, still {waited}") from error

    def _state(self, now: Snapshot) -> object:
        """What changes when something goes on."""
        left, coming = self._left(now), self._coming(now)
        about = {*left, *coming}
        phases = Counter(
            (key, phase_of(migration))
            for migration in now.of(MIGRATION).values()
            if (key := instance_of(migration)) in about
        )
        return left, coming, phases

    async def _withdraw(self, context: ChangeContext) -> None:
        """Take back what has not ended: whoever stops asks for nothing any more."""
        now = _live(context)
        left = self._left(now)
        ours = [m for m in self._ours(now) if not has_ended(m) and instance_of(m) in left]
        for meta in (migration["metadata"] for migration in ours):
            key = f"{meta['namespace']}/{meta['name']}"
            try:
                await context.cluster.delete(MIGRATION, key, meta.get("uid"), context.deadline)
            except (ClusterError, DeadlineExceeded):
                return  # It ends by itself.

    def _ours(self, now: Snapshot) -> Iterator[Object]:
        for migration in now.of(MIGRATION).values():
            if labels_of(migration).get(CHANGE) == self.record.id:
                yield migration

    def waits_for(self, now: Snapshot) -> str:
        if left := self._left(now):
            return f"{listed(left, 3)} to be migrated away from {self.node}"
        return f"the migration of {listed(self._coming(now), 3)} to {self.node} to end"

    def limit(self, now: Snapshot) -> float:
        return float(self.record.migration_timeout)


@dataclass(frozen=True)
class UncordonNode(NodeStep):
    """Open a node to VMs again that was cordoned for the change."""

    watches = (NODE, VLAN_CONFIG, VLAN_STATUS, LINK_MONITOR)
    rights = CLOSING

    @property
    def id(self) -> str:
        return f"uncordon {self.which}"

    @property
    def title(self) -> str:
        return f"uncordon {self.which}"

    def done(self, now: Snapshot) -> bool:
        node = now.of(NODE).get(self.node)
        return node is None or CORDONED_FOR not in annotations_of(node)

    def may_open(self, now: Snapshot) -> bool:
        """Whether the node has the uplink that its configs want, old or new, so that VMs may
        come although the change has failed.
        """
        if self.record.turns is not None:
            standing = Standing(self.record, now)
            return standing.is_in_first(self.node) or standing.is_in_second(self.node)
        live = now.of(VLAN_CONFIG)
        own = [live[key] for key in self.record.configs if key in live]
        if any(self.node in nodes_not_ready(config, now) for config in own):
            return False
        here = {
            config["spec"]["clusterNetwork"]
            for config in live.values()
            if self.node in matched_nodes(config)
        }
        torn_down = self.record.networks - here
        return all(now.status_on(network, self.node) is None for network in torn_down)

    async def act(self, now: Snapshot, context: ChangeContext) -> None:
        node = await context.cluster.get(NODE, self.node, context.deadline)
        if node is None or CORDONED_FOR not in annotations_of(node):
            return
        note = {"uid": node["metadata"]["uid"], "annotations": {CORDONED_FOR: None}}
        patch = {"metadata": note, "spec": {"unschedulable": None}}
        await context.cluster.patch(NODE, self.node, patch, context.deadline)

    def waits_for(self, now: Snapshot) -> str:
        return f"{self.node} to be uncordoned"


def is_cordoned(node: Object) -> bool:
    """Whether a node takes no new VM."""
    return (node.get("spec") or {}).get("unschedulable") is True


def has_ended(migration: Object) -> bool:
    """Whether a migration is over."""
    return phase_of(migration) in ENDED


def emptying(record: Record) -> list[Step]:
    """The steps that close the nodes and empty them, all at once; no VM goes to another one of
    them.
    """
    if record.emptying is None or record.turns is not None:
        return []
    nodes = record.emptied_nodes
    closing = [
        CordonNode(record, (), node) for node in nodes if node not in record.emptying.cordoned
    ]
    closed = tuple(step.id for step in closing)
    empty = [
        EmptyNode(record, closed, node, tuple(record.emptying.nodes.get(node, ())))
        for node in nodes
    ]
    return [*closing, *empty]


def opening(record: Record, after: tuple[str, ...]) -> list[Step]:
    """The steps that open them again; on the way back also what the way forth has closed."""
    if record.emptying is None or record.turns is not None:
        return []
    nodes = {*record.emptied_nodes, *record.emptying.nodes}
    return [
        UncordonNode(record, after, node)
        for node in sorted(nodes - {*record.emptying.cordoned})
    ]


def _migration(vm: str, record: Record, number: int) -> Object:
    namespace, name = split_key(vm)
    return {
        "apiVersion": MIGRATION.api,
        "kind": MIGRATION.kind,
        "metadata": {
            "name": f"harvester-net-{record.id}-{number}-{name}",
            "namespace": namespace,
            "labels": {CHANGE: record.id},
        },
        "spec": {"vmiName": name},
    }


def _all_vms(record: Record) -> list[str]:
    """The VMs that were to go when the change was planned."""
    nodes = {} if record.emptying is None else record.emptying.nodes
    return [key for keys in nodes.values() for key in keys]


def _next_number(ours: list[Object]) -> int:
    """A number that none of a VM's migrations has; KubeVirt removes old ones."""
    parts = (migration["metadata"]["name"].split("-") for migration in ours)
    numbers = [int(part[3]) for part in parts if len(part) > 3 and part[3].isdecimal()]
    return max(numbers, default=0) + 1


def _live(context: ChangeContext) -> Snapshot:
    return cached_snapshot(context.cluster, EmptyNode.watches)
