"""The proof on the devices of the nodes, before the VMs start again; for mgmt, before
Harvester is told (H5.3).
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from ...cluster.errors import Conflict, Denied, Forbidden
from ...cluster.resources import CLUSTER_NETWORK
from ...harvester.snapshot import Snapshot
from ...specs.limits import MGMT
from ...verify import check as verify
from ...verify.facts import CheckRequest
from ...verify.outcome import NotProven, problems
from ..consent import NodeCheck
from ..record import Record
from .configs import target_mtu
from .step import Hands, Step

SECONDS_TO_FOLLOW = 30.0
"""How long devices may take to follow what the API says is done (O5.3)."""
LOOK_AGAIN = "harvester-net/look-again"
"""Annotation of a cluster network; any new value makes the agents look at it."""
PAUSE = 3.0
"""Seconds between two looks."""


@dataclass(frozen=True)
class VerifyNodes(Step):
    """Look at the devices of every node, and ping between them."""

    network: str
    check: NodeCheck

    watches = ()
    blocks_until_done = True

    @property
    def id(self) -> str:
        return "verify nodes"

    @property
    def title(self) -> str:
        ping = ""
        if self.check.vlan is not None:
            ping = f", and ping between them on VLAN {self.check.vlan}"
        return f"look at the devices of {self.network} on every node{ping}"

    def done(self, now: Snapshot) -> bool:
        return False

    async def act(self, now: Snapshot, hands: Hands) -> None:
        end, tell = time.monotonic() + self.seconds, hands.tell
        while True:
            outcome = await verify.check(
                hands.cluster, self.request, hands.deadline, tell, ping_anyway=False
            )
            hands.seen(outcome)
            if outcome.is_proven:
                return
            # What could not be looked at stays so; devices and switches change.
            if not outcome.findings or time.monotonic() > end:
                raise NotProven(outcome)
            if any(finding.look_again for finding in outcome.findings):
                await self._have_agents_look(hands)
            tell = self._again(problems(outcome), hands)
            tell("")
            await hands.deadline.sleep(PAUSE)

    async def _have_agents_look(self, hands: Hands) -> None:
        """An agent looks at VLANs only when the cluster network changes, and misses a VM
        network that it hears of too late (docs/lab.md).
        """
        note = {"metadata": {"annotations": {LOOK_AGAIN: secrets.token_hex(4)}}}
        # What it does not help the next look will say.
        with suppress(Denied, Forbidden, Conflict):
            await hands.cluster.patch(CLUSTER_NETWORK, self.network, note, hands.deadline)

    def _again(self, found: list[str], hands: Hands) -> Callable[[str], None]:
        """What is wrong is of more interest than the pods of the next look."""
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        words = f"{self.network} to be as it should be: {found[0]}{more}"
        return lambda _pods: hands.tell(words)

    @property
    def seconds(self) -> float:
        """How long findings may last: the operator of mgmt may just be at work on a host."""
        return float(self.record.node_timeout) if self.network == MGMT else SECONDS_TO_FOLLOW

    @property
    def request(self) -> CheckRequest:
        """What is to be proven."""
        return CheckRequest(
            self.network,
            mtu=target_mtu(self.record) or None,
            vlan=self.check.vlan,
            image=self.check.image,
            namespace=self.check.namespace,
            tolerations=self.check.tolerations,
        )


async def unable(record: Record, hands: Hands) -> list[str]:
    """What would keep the end of a change from being proven, found out by a first look while
    nothing is down; empty if nothing, or if nobody wants it proven.
    """
    network = touched(record)
    if record.verify is None or not network:
        return []
    step = VerifyNodes(record, (), network, record.verify)
    outcome = await verify.check(
        hands.cluster,
        replace(step.request, vlan=None),
        hands.deadline,
        hands.tell,
        ping_anyway=False,
    )
    return [
        "the change could not be proven on the nodes, as disruption.verifyOnNodes wants: "
        f"{reason}"
        for reason in outcome.unproven
    ]


def verifying(record: Record, after: tuple[str, ...]) -> list[Step]:
    """The step that looks at the nodes, if the user wants it and devices have changed.

    The way back does without: what it is for is that the VMs run again.
    """
    network = touched(record)
    if record.verify is None or record.backwards or not network:
        return []
    return [VerifyNodes(record, after, network, record.verify)]


def touched(record: Record) -> str:
    """The cluster network whose devices a change has changed; empty if none."""
    goal = record.goal
    if goal.kind == "config" and goal.key in record.configs:
        moved = goal.patch.get("clusterNetwork")
        return str(moved or record.configs[goal.key].manifest["spec"]["clusterNetwork"])
    on_nodes = bool(record.kept) or goal.cluster_network == MGMT
    return goal.cluster_network if goal.kind == "mtu" and on_nodes else ""
