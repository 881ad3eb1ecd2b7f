"""The nodes of a network config take turns at another uplink (B7.2): labels say which of them
is in the config, and which in the second one that is there meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ...cluster.deadline import DeadlineExceeded
from ...cluster.errors import AlreadyExists, Conflict
from ...cluster.merge_patch import applied
from ...cluster.resources import (
    NODE,
    VLAN_CONFIG,
    Object,
    is_terminating,
    key_of,
    labels_of,
)
from ...cluster.rights import rights
from ...harvester.network_configs import matched_nodes, nodes_not_ready
from ...harvester.snapshot import Snapshot
from ...harvester.wording import listed
from ..context import ChangeContext
from ..errors import ChangeStopped
from ..record import Turns
from ..turns import CHANGE, FIRST, SECOND, WRITTEN, Standing
from .configs import PRESENT, ConfigStep, PatchConfig

LABELS = rights("patch", NODE)
MOST_WRITES = 5
"""How often a node is written so that its labels are seen."""


@dataclass(frozen=True)
class TurnStep(ConfigStep):
    """A step of a change whose nodes take turns."""

    watches = (*PRESENT, NODE)

    @cached_property
    def turns(self) -> Turns:
        """The turns as they were planned."""
        assert self.record.turns is not None
        return self.record.turns

    def standing(self, now: Snapshot) -> Standing:
        """Where the nodes stand."""
        return Standing(self.record, now)

    async def label(
        self, node: str, now: Snapshot, context: ChangeContext, **labels: str | None
    ) -> None:
        """Give a node these labels of ours, or take them away; not one that has left."""
        live = now.of(NODE).get(node)
        if live is None:
            return
        names = {"first": FIRST, "second": SECOND}
        wanted = {names[name]: value for name, value in labels.items()}
        has = labels_of(live)
        if all(has.get(label) == value for label, value in wanted.items()):
            return
        ends = all(value is None for value in labels.values())
        notes = {WRITTEN: None} if ends and len(wanted) == len(names) else {}
        await self._patch(live, {"labels": wanted, "annotations": notes}, context)

    async def _patch(self, node: Object, metadata: Object, context: ChangeContext) -> None:
        patch = {"metadata": {"uid": node["metadata"]["uid"]} | metadata}
        await context.cluster.patch(NODE, key_of(node), patch, context.deadline)

    async def let_be_followed(
        self, node: str, config: str, context: ChangeContext, *, into: bool
    ) -> None:
        """See that the server takes the node into the config, or out of it, by its labels.

        The webhook reckons the nodes of a config from its own cache, also when the manager
        writes them. Where that cache is older the labels are lost until the next write of the
        Node, which may be minutes away (H3.2); so it is written here. The step waits on.
        """
        cluster, patience = context.cluster, context.cluster.timings.labels_seen

        def followed() -> bool | None:
            found = cluster.cached(VLAN_CONFIG).get(config)
            return True if found is None or (node in matched_nodes(found)) is into else None

        for _ in range(MOST_WRITES):
            try:
                await cluster.wait_for(
                    self.watches, followed, context.deadline.within(patience)
                )
                return
            except DeadlineExceeded:
                context.deadline.check()
            if (live := cluster.cached(NODE).get(node)) is None:
                return
            note = {"annotations": {WRITTEN: live["metadata"]["resourceVersion"]}}
            await self._patch(live, note, context)


@dataclass(frozen=True)
class MarkNodes(TurnStep):
    """Label the nodes of the config, so that it can be without one of them."""

    rights = LABELS

    @property
    def id(self) -> str:
        return f"label nodes of {self.key}"

    @property
    def title(self) -> str:
        return f"label {listed(self.turns.nodes)} with {FIRST}"

    def _left(self, now: Snapshot) -> list[str]:
        standing = self.standing(now)
        if standing.is_narrowed:
            return []
        here = [node for node in self.turns.nodes if standing.is_here(node)]
        return [node for node in here if not standing.has_label(FIRST, node)]

    def done(self, now: Snapshot) -> bool:
        return not self._left(now)

    async def act(self, now: Snapshot, context: ChangeContext) -> None:
        for node in self._left(now):
            await self.label(node, now, context, first=self.record.id)

    def waits_for(self, now: Snapshot) -> str:
        return f"{listed(self._left(now))} to have a label"


@dataclass(frozen=True)
class NarrowConfig(TurnStep):
    """Let the config ask for the label, which all of its nodes have: none loses its uplink."""

    rights = rights("patch", VLAN_CONFIG)

    @property
    def id(self) -> str:
        return f"narrow {self.key}"

    @property
    def title(self) -> str:
        return f"let network config {self.key} match nodes with this label alone"

    def done(self, now: Snapshot) -> bool:
        standing = self.standing(now)
        return standing.is_narrowed and not self._out(standing)

    def _out(self, standing: Standing) -> list[str]:
        here = [node for node in self.turns.nodes if standing.is_here(node)]
        return [node for node in here if not standing.is_in_first(node)]

    async def act(self, now: Snapshot, context: ChangeContext) -> None:
        # A webhook whose cache has not seen a label yet would leave that node out (H3.0).
        await context.deadline.sleep(context.cluster.timings.labels_seen)
        patch = {"spec": {"nodeSelector": {FIRST: self.record.id}}}
        await context.cluster.patch(VLAN_CONFIG, self.key, patch, context.deadline)

    def waits_for(self, now: Snapshot) -> str:
        return f"network config {self.key} on {listed(self._out(self.standing(now)))}"


@dataclass(frozen=True)
class NodeInTurn(TurnStep):
    """A step about one node whose turn it is."""

    node: str
    second: bool
    """Whether it is about the second config."""

    @property
    def config(self) -> str:
        """The config that it is about."""
        return self.turns.second if self.second else self.key


@dataclass(frozen=True)
class LeaveConfig(NodeInTurn):
    """Take an emptied node out of a config, and wait until it has torn its uplink down: only
    then the other one can have it (H3.2).

    The server's manager takes it out, and would be refused for ever while a VM is on it.
    """

    rights = (*LABELS, *rights("get delete", VLAN_CONFIG))
    ends_without_vms = True

    @property
    def id(self) -> str:
        return f"take {self.node} out of {self.config}"

    @property
    def title(self) -> str:
        return f"take {self.node} out of network config {self.config}"

    def done(self, now: Snapshot) -> bool:
        standing = self.standing(now)
        if not standing.is_here(self.node):
            return True
        if standing.config_on(self.node) == self.config:
            return False
        return not self._is_asked_for(standing)

    def _is_asked_for(self, standing: Standing) -> bool:
        if not self.second:
            return standing.has_label(FIRST, self.node)
        return standing.second is not None and standing.has_label(SECOND, self.node)

    async def act(self, now: Snapshot, context: ChangeContext) -> None:
        standing = self.standing(now)
        if self.second:
            if standing.second is not None and self._is_last(standing):
                # A config without nodes is what servers before 1.8 fall over (H3.2).
                await remove(standing, context)
            else:
                await self.label(self.node, now, context, second=None)
        elif standing.second is None:
            # The webhooks have long seen the label when the second config is made.
            mark = self.record.id
            await self.label(self.node, now, context, first=None, second=mark)
        else:
            await self.label(self.node, now, context, first=None)
        await self.let_be_followed(self.node, self.config, context, into=False)

    def _is_last(self, standing: Standing) -> bool:
        others = set(standing.labelled) - {self.node}
        return not any(standing.has_label(SECOND, node) for node in others)

    def waits_for(self, now: Snapshot) -> str:
        return f"{self.node} to tear down network config {self.config}"


@dataclass(frozen=True)
class JoinConfig(NodeInTurn):
    """Put a node into a config, and wait until it has set its uplink up."""

    rights = (*LABELS, *rights("create", VLAN_CONFIG))

    @property
    def id(self) -> str:
        return f"put {self.node} into {self.config}"

    @property
    def title(self) -> str:
        made = f"{self.config}, with the {self._uplink} uplink" if self.second else self.config
        back = "" if self.second else "back "
        return f"put {self.node} {back}into network config {made}"

    @property
    def _uplink(self) -> str:
        return "old" if self.record.backwards else "new"

    def done(self, now: Snapshot) -> bool:
        standing = self.standing(now)
        inside = standing.is_in_second if self.second else standing.is_in_first
        return not standing.is_here(self.node) or inside(self.node)

    async def act(self, now: Snapshot, context: ChangeContext) -> None:
        mark, standing = self.record.id, self.standing(now)
        if not self.second:
            await self.label(self.node, now, context, first=mark, second=None)
        else:
            await self.label(self.node, now, context, second=mark)
            if standing.second is None:
                await self._make(standing, context)
        await self.let_be_followed(self.node, self.config, context, into=True)

    async def _make(self, standing: Standing, context: ChangeContext) -> None:
        manifest = second_config(standing)
        try:
            await context.cluster.create(VLAN_CONFIG, manifest, context.deadline)
        except AlreadyExists:
            name = self.turns.second
            found = await context.cluster.get(VLAN_CONFIG, name, context.deadline)
            if found is not None and not standing.is_ours(found):
                raise ChangeStopped(
                    f"somebody else has made network config {name} meanwhile; delete it"
                ) from None

    def waits_for(self, now: Snapshot) -> str:
        config = now.of(VLAN_CONFIG).get(self.config)
        said = nodes_not_ready(config, now).get(self.node) if config is not None else None
        return f"network config {self.config} on {self.node}{f': {said}' if said else ''}"

    def unproven(self, now: Snapshot) -> list[str]:
        here = self.standing(now).is_here(self.node)
        return self.bonds_as_before(now, [self.node]) if here else []


def second_config(standing: Standing) -> Object:
    """The second config, with the uplink that the change leads to."""
    manifest = standing.original.manifest
    spec = applied(manifest["spec"], standing.patch)
    return {
        "apiVersion": VLAN_CONFIG.api,
        "kind": VLAN_CONFIG.kind,
        "metadata": {
            "name": standing.turns.second,
            "annotations": {CHANGE: standing.mark},
        },
        "spec": {
            "clusterNetwork": spec["clusterNetwork"],
            "description": f"while network config {standing.key} gets another uplink",
            "nodeSelector": {SECOND: standing.mark},
            "uplink": spec["uplink"],
        },
    }


async def remove(standing: Standing, context: ChangeContext) -> None:
    """Delete the second config, and nobody else's of its name."""
    name = standing.turns.second
    while True:
        live = await context.cluster.get(VLAN_CONFIG, name, context.deadline)
        if live is None or is_terminating(live) or not standing.is_ours(live):
            return
        meta = live["metadata"]
        try:
            version = meta["resourceVersion"]
            await context.cluster.delete(
                VLAN_CONFIG, name, meta["uid"], context.deadline, version
            )
            return
        except Conflict:
            await context.deadline.sleep(context.cluster.timings.step_poll)


@dataclass(frozen=True)
class ChangeLast(PatchConfig):
    """Change the config in place when it has only its last node."""

    node: str

    rights = rights("patch", VLAN_CONFIG)

    @property
    def title(self) -> str:
        fields = ", ".join(sorted(self.patch))
        return f"change network config {self.key}, in which only {self.node} is left: {fields}"


@dataclass(frozen=True)
class WidenConfig(TurnStep):
    """Let the config match its nodes by its own selector again; all are in it."""

    rights = rights("patch", VLAN_CONFIG)

    @property
    def id(self) -> str:
        return f"widen {self.key}"

    @property
    def title(self) -> str:
        return f"let network config {self.key} match nodes as before"

    def done(self, now: Snapshot) -> bool:
        return self.holds(now) and not self.nodes_waiting(now)

    def holds(self, now: Snapshot) -> bool:
        standing = self.standing(now)
        return standing.first is not None and not standing.is_narrowed

    async def act(self, now: Snapshot, context: ChangeContext) -> None:
        live = now.of(VLAN_CONFIG).get(self.key) or {"spec": {}}
        others = (live["spec"].get("nodeSelector") or {}).keys() - {FIRST}
        had = self.original.manifest["spec"].get("nodeSelector")
        selector = {FIRST: None} if others or had is not None else None
        patch = {"spec": {"nodeSelector": selector}}
        await context.cluster.patch(VLAN_CONFIG, self.key, patch, context.deadline)

    def waits_for(self, now: Snapshot) -> str:
        return f"network config {self.key}: {self.nodes_waiting(now)}"


@dataclass(frozen=True)
class UnmarkNodes(TurnStep):
    """Take away all that says where nodes are, also from nodes that others have labelled."""

    rights = (*LABELS, *rights("get delete", VLAN_CONFIG))

    @property
    def id(self) -> str:
        return f"clear labels of {self.key}"

    @property
    def title(self) -> str:
        return f"take the labels away, and network config {self.turns.second} if it is left"

    def done(self, now: Snapshot) -> bool:
        return not self.standing(now).is_marked

    async def act(self, now: Snapshot, context: ChangeContext) -> None:
        standing = self.standing(now)
        if standing.second is not None:
            await remove(standing, context)
        # The manager sees the wider selector first, or it would take the nodes out (H4.6).
        await context.deadline.sleep(context.cluster.timings.labels_seen)
        for node in standing.labelled:
            await self.label(node, now, context, first=None, second=None)

    def waits_for(self, now: Snapshot) -> str:
        return "our labels to go"


TURN_STEPS: tuple[type[ConfigStep], ...] = (
    MarkNodes,
    NarrowConfig,
    LeaveConfig,
    JoinConfig,
    ChangeLast,
    WidenConfig,
    UnmarkNodes,
)
"""The steps of a change whose nodes take turns, besides those that empty and open a node."""
