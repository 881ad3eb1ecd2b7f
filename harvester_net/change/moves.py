"""Which VMs a change can have migrated out of its way, where they can go, and what stands
against it: pure (B7.2).

KubeVirt's scheduler has the last word on where a VM goes. What is said here is what is sure:
a VM for which no node is left would wait for one in vain, while its node is closed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field
from fractions import Fraction

from ..cluster.resources import (
    CLUSTER_NETWORK,
    HOST_NETWORK_CONFIG,
    MIGRATION,
    NAD,
    NODE,
    POD,
    VMI,
    Object,
    annotations_of,
    condition,
    key_of,
    labels_of,
)
from ..harvester.host_networks import network_of, selected_nodes
from ..harvester.json_texts import fields_in
from ..harvester.migrations import (
    has_hidden_target,
    instance_of,
    target_of,
    why_not_migratable,
)
from ..harvester.names import CLUSTER_NETWORK_LABEL, MIGRATION_SETTING, WITNESS
from ..harvester.placing import places_of, why_closed
from ..harvester.room import Room, asked_by, free_on, launchers_in
from ..harvester.snapshot import Snapshot
from ..harvester.versions import MIGRATION_NETWORK
from ..harvester.vm_networks import is_of_a_setting, vm_networks_of
from ..harvester.wording import counted, listed
from ..harvester.workloads import (
    attached_to,
    is_migrating,
    is_of_launcher,
    networks_of,
    uses,
)
from ..specs.limits import MGMT
from .consent import Consent
from .errors import Refusal
from .goals.goal import Goal
from .record import Emptying, Record
from .steps.moving import CORDONED_FOR
from .turns import take_turns, turns_of

MOST_NODES = 4
"""Nodes of which it is said why they take a VM or not."""


@dataclass(frozen=True)
class Moves:
    """The VMs of a cluster network on the nodes that lose their uplink."""

    network: str
    nodes: set[str]
    going: dict[str, list[str]] = field(default_factory=dict)
    """Those that can be migrated, by their nodes."""
    staying: dict[str, str] = field(default_factory=dict)
    """The others, each with the reason."""
    staying_on: set[str] = field(default_factory=set)
    """The nodes that have such VMs."""
    in_turn: bool = False
    """Whether the nodes lose it one after the other."""


def moves_of(
    snapshot: Snapshot, network: str, nodes: Collection[str], in_turn: Collection[str] = ()
) -> Moves:
    """Which VMs of a cluster network can go from these nodes, and which cannot; ``in_turn``:
    the nodes that take turns, of which only one is closed at a time.
    """
    known = snapshot.of(NODE)
    here = {node for node in nodes if node in known}
    found = Moves(network, here, in_turn=bool(in_turn))
    nads = set(vm_networks_of(snapshot, network))
    all_places = Places(snapshot, () if in_turn else found.nodes, in_turn, network)
    for key, vmi in sorted(snapshot.of(VMI).items()):
        node = str(fields_in(vmi.get("status")).get("nodeName") or "")
        if node not in nodes or not uses(vmi, nads):
            continue
        places = all_places.without(node) if in_turn else all_places
        if why := why_not_migratable(vmi) or places.why_none(vmi):
            found.staying[key] = why
            found.staying_on.add(node)
        else:
            found.going.setdefault(node, []).append(key)
    return found


def planned_moves(snapshot: Snapshot, goal: Goal, consent: Consent) -> Moves | None:
    """The moves of a change; None if none of its VMs may, or need, be migrated."""
    nodes, network = goal.interrupted_nodes(snapshot), goal.interrupted_network(snapshot)
    if not consent.migrate_vms or not nodes or not network or goal.why_vms_stop(snapshot):
        return None
    known = snapshot.of(NODE)
    many = sum(node in known for node in nodes)
    in_turn = nodes if take_turns(goal, consent, many, snapshot.version) else ()
    return moves_of(snapshot, network, nodes, in_turn)


def emptying_of(moves: Moves, snapshot: Snapshot, goal: Goal, consent: Consent) -> Emptying:
    """What is recorded of the moves."""
    nodes = snapshot.of(NODE)
    back = sorted(node for node in goal.interrupted_nodes_back(snapshot) if node in nodes)
    going = {node: moves.going.get(node, []) for node in sorted(moves.nodes)}
    turns = None
    if moves.in_turn:
        turns = turns_of(snapshot, goal.subject[1], going, moves.staying_on)
    return Emptying(
        nodes=going,
        turns=turns,
        back=back,
        cordoned=sorted(
            node
            for node in {*moves.nodes, *back}
            if fields_in(nodes[node].get("spec")).get("unschedulable") is True
        ),
        stops=consent.stop_vms,
    )


# --- where a VM can go -----------------------------------------------------------------------


class Places:
    """The nodes that may take VMs, with the room that they have."""

    def __init__(
        self,
        snapshot: Snapshot,
        without: Collection[str],
        in_turn: Collection[str] = (),
        network: str = "",
    ) -> None:
        """``without``: the nodes that are closed for the change; ``in_turn``: those that it
        closes, and takes this ``network`` from, one at a time: they have it back, and are
        open, when it is another one's turn.
        """
        self._snapshot, self._in_turn, self._network = snapshot, in_turn, network
        self._nodes = {
            name: node
            for name, node in sorted(snapshot.of(NODE).items())
            if name not in without and labels_of(node).get(WITNESS) != "true"
        }
        # Pods are loaded only where VMs may be migrated; not everybody may list them.
        self._pods = list(snapshot.of(POD).values())
        self._launchers = launchers_in(self._pods)
        self._free = {name: free_on(n, self._pods) for name, n in self._nodes.items()}

    def without(self, node: str) -> Places:
        """The same without another node."""
        left = copy(self)
        left._nodes = {name: found for name, found in self._nodes.items() if name != node}
        return left

    def of(self, vmi: Object) -> dict[str, str]:
        """The nodes, each with the reason why it cannot take an instance; empty if it can."""
        places, asked = set(places_of(vmi, self._nodes)), self.asked(vmi)
        return {
            name: self._why_closed(node)
            or self._without_network(vmi, name)
            or ("" if name in places else "is none that its selector or affinity allows")
            or self._full(name, asked)
            for name, node in self._nodes.items()
        }

    def why_none(self, vmi: Object) -> str:
        """Why no node can take an instance; empty if one can."""
        reasons = self.of(vmi)
        if not reasons:
            return "there is no other node"
        if not all(reasons.values()):
            return ""
        said = [f"{name} {why}" for name, why in reasons.items()]
        return f"no other node can take it: {listed(said, MOST_NODES)}"

    def asked(self, vmi: Object) -> Room | None:
        """What an instance asks for, by the pod that it is in; None if that is not known."""
        node = str(fields_in(vmi.get("status")).get("nodeName") or "")
        pod = self._launchers.get((key_of(vmi), node))
        return asked_by(pod) if pod is not None else None

    def free(self, name: str) -> Room | None:
        """What is left on a node; None if that is not known."""
        return self._free[name] if self._pods else None

    def _why_closed(self, node: Object) -> str:
        ours = key_of(node) in self._in_turn and CORDONED_FOR in annotations_of(node)
        open_node = {**node, "spec": {**(node.get("spec") or {}), "unschedulable": None}}
        return why_closed(open_node if ours else node)

    def _full(self, name: str, asked: Room | None) -> str:
        free = self.free(name)
        if asked is None or free is None or free.holds(asked):
            return ""
        return f"has {free} left, of the {asked} that it asks for"

    def _without_network(self, vmi: Object, name: str) -> str:
        nads, networks = self._snapshot.of(NAD), self._snapshot.of(CLUSTER_NETWORK)
        for key in networks_of(vmi["spec"], vmi["metadata"]["namespace"]):
            network = labels_of(nads[key]).get(CLUSTER_NETWORK_LABEL) if key in nads else None
            if network in (None, MGMT) or network not in networks:
                continue
            if network == self._network and name in self._in_turn:
                continue
            status = self._snapshot.status_on(str(network), name)
            if status is None or condition(status, "ready").get("status") != "True":
                return f"has no cluster network {network}"
        return ""


# --- what stands against it ------------------------------------------------------------------


def moves_refusals(
    snapshot: Snapshot, goal: Goal, moves: Moves, consent: Consent
) -> Iterator[Refusal]:
    """Why the VMs cannot be migrated out of the way now, each reason with the way out."""
    if len(moves.nodes) > consent.max_unavailable and not moves.in_turn:
        many, most = len(moves.nodes), counted(consent.max_unavailable, "node")
        yield Refusal(
            f"{many} nodes lose their uplink at the same time, "
            f"{listed(sorted(moves.nodes))}, and only {most} may be cordoned at once; give "
            "each node a network config of its own, so that they change one by one",
            "maxUnavailable",
        )
    yield from map(Refusal, _under_way(snapshot, moves))
    yield from map(Refusal, _addresses(snapshot, moves))
    yield from map(Refusal, _migration_network_lost(snapshot, goal, moves))


def moves_warnings(snapshot: Snapshot, goal: Goal, record: Record) -> Iterator[str]:
    """What may be in the way of the migrations, or is cut off by the change, for the plan."""
    if record.emptying is None:
        return
    network, nodes = record.goal.emptied_network(record), record.emptied_nodes
    yield from _tight(snapshot, record)
    yield from _attached_pods(snapshot, network, nodes)
    if _is_on(snapshot, network) and not _leaving(snapshot, goal, set(nodes)):
        yield (
            f"the VM migration network is on cluster network {network} too: while the uplink "
            f"of {listed(nodes)} is made anew, nobody can migrate VMs to or from there"
        )
    if POD not in snapshot.objects:
        yield (
            "the user of the kubeconfig may not list pods: see yourself that other nodes have "
            "room for the VMs that are migrated"
        )


def _under_way(snapshot: Snapshot, moves: Moves) -> Iterator[str]:
    """Migrations that others have begun: KubeVirt takes no second one of a VM, and the server
    does not count who is on the way to a node.
    """
    vmis, nads = snapshot.of(VMI), set(vm_networks_of(snapshot, moves.network))
    hidden = {
        instance_of(migration)
        for migration in snapshot.of(MIGRATION).values()
        if has_hidden_target(migration, vmis.get(instance_of(migration)) or {})
    }
    for key, vmi in sorted(vmis.items()):
        if not uses(vmi, nads):
            continue
        node, target = fields_in(vmi.get("status")).get("nodeName"), target_of(vmi)
        if target in moves.nodes:
            yield f"VM {key} is being migrated to {target}; wait until that is over"
        elif key in hidden or (node in moves.nodes and is_migrating(vmi)):
            yield f"VM {key} is being migrated; wait until that is over"


def _addresses(snapshot: Snapshot, moves: Moves) -> Iterator[str]:
    """Addresses of the nodes themselves on the cluster network: their device goes with the
    uplink (B1.4).
    """
    for key, config in sorted(snapshot.of(HOST_NETWORK_CONFIG).items()):
        here = [node for node in selected_nodes(config, snapshot) if node in moves.nodes]
        if here and network_of(config) == moves.network:
            yield (
                f"host network config {key} gives {listed(here)} an address on cluster "
                f"network {moves.network}, which is cut off while the uplink changes; delete "
                "it, and make it again afterwards"
            )


def _migration_network_lost(snapshot: Snapshot, goal: Goal, moves: Moves) -> Iterator[str]:
    leaving = _leaving(snapshot, goal, moves.nodes)
    if leaving and _is_on(snapshot, moves.network):
        yield (
            f"the VM migration network is on cluster network {moves.network}, which "
            f"{listed(sorted(leaving))} would lose, and no VM could be migrated there any "
            "more; move the VM migration network first"
        )


def _leaving(snapshot: Snapshot, goal: Goal, nodes: set[str]) -> set[str]:
    """Those of the nodes that do not get the cluster network back."""
    after = {
        node
        for config in goal.configs(snapshot)
        for node in goal.nodes_after(snapshot, config)
    }
    return nodes - after


def _is_on(snapshot: Snapshot, network: str) -> bool:
    """Whether VMs are migrated over this cluster network."""
    value = snapshot.setting_value(MIGRATION_SETTING)
    return MIGRATION_NETWORK.on(snapshot.version) and value.get("clusterNetwork") == network


def _tight(snapshot: Snapshot, record: Record) -> Iterator[str]:
    """That the VMs of nodes that are closed together may not find room together."""
    assert record.emptying is not None
    if record.turns is None:
        places = Places(snapshot, record.emptied_nodes)
        keys = [key for keys in record.emptying.nodes.values() for key in keys]
        yield from _tight_on(places, keys, snapshot)
        return
    for node, keys in record.emptying.nodes.items():
        if said := list(_tight_on(Places(snapshot, [node]), keys, snapshot)):
            yield from said
            return


def _tight_on(places: Places, keys: list[str], snapshot: Snapshot) -> Iterator[str]:
    """That these VMs may not find room together: the largest first, each where most is."""
    vmis = snapshot.of(VMI)
    left: dict[str, Room] = {}
    asked: list[tuple[Room, str]] = []
    for key in keys:
        room = places.asked(vmis[key])
        if room is not None:
            asked.append((room, key))
    for room, key in sorted(asked, key=_largest_first):
        can = [name for name, why in places.of(vmis[key]).items() if not why]
        for name in can:
            if name not in left and (free := places.free(name)) is not None:
                left[name] = free
        fits = [name for name in can if name not in left or left[name].holds(room)]
        if not fits:
            yield (
                f"the VMs may not all find room on {listed(can, MOST_NODES)}: VM {key} asks "
                f"for {room} beside the others; the change stops there if KubeVirt finds none"
            )
            return
        best = max(fits, key=lambda name: (_memory(left, name), name))
        if best in left:
            left[best] -= room


def _largest_first(one: tuple[Room, str]) -> tuple[Fraction, str]:
    return -one[0].memory, one[1]


def _memory(left: Mapping[str, Room], name: str) -> Fraction:
    return left[name].memory if name in left else Fraction(0)


def _attached_pods(snapshot: Snapshot, network: str, nodes: Collection[str]) -> Iterator[str]:
    """Pods of others that are attached to the cluster network there, such as DHCP agents."""
    found = snapshot.of(NAD)
    nads = {k for k in vm_networks_of(snapshot, network) if not is_of_a_setting(found[k])}
    for key, pod in sorted(snapshot.of(POD).items()):
        here = fields_in(pod.get("spec")).get("nodeName")
        if here in nodes and nads & set(attached_to(pod)) and not is_of_launcher(_name(pod)):
            yield (
                f"pod {key} on {here} is attached to cluster network {network}, and "
                "loses it while the uplink changes"
            )


def _name(pod: Object) -> str:
    return str(pod["metadata"]["name"])
