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
from ...cluster.rights import Right, rights
from ...harvester.names import LOOK_AGAIN
from ...harvester.snapshot import Snapshot
from ...harvester.wording import more_than
from ...specs.limits import MGMT
from ...verify.check import check
from ...verify.facts import CheckRequest
from ...verify.outcome import Finding, NotProven, problems
from ...verify.rights import CHECKING, needed_for
from ..consent import NodeCheck
from ..context import ChangeContext
from ..errors import Refusal
from ..record import Record
from .step import Step


@dataclass(frozen=True)
class VerifyNodes(Step):
    """Check the devices of every node, and ping between them."""

    network: str
    how: NodeCheck
    node: str = ""
    """The node whose turn it was, if they take turns."""

    watches = ()
    rights = (*rights("patch", CLUSTER_NETWORK), *CHECKING)
    blocks_until_done = True

    @property
    def needs(self) -> tuple[Right, ...]:
        return (*rights("patch", CLUSTER_NETWORK), *needed_for(self.request))

    @property
    def id(self) -> str:
        return f"verify nodes after {self.node}" if self.node else "verify nodes"

    @property
    def title(self) -> str:
        ping = ""
        if self.how.vlan is not None:
            ping = f", and ping between them on VLAN {self.how.vlan}"
        return f"look at the devices of {self.network} on every node{ping}"

    def done(self, now: Snapshot) -> bool:
        return False

    def holds(self, now: Snapshot) -> bool:
        """Once is enough, as long as the devices are not changed again."""
        return True

    async def act(self, now: Snapshot, context: ChangeContext) -> None:
        tell: Callable[[str], None] = context.observer.waiting_for
        found: tuple[Finding, ...] = ()
        end = limit = time.monotonic() + self.record.node_timeout
        while True:
            outcome = await check(
                context.cluster, self.request, context.deadline, tell, ping_anyway=False
            )
            context.observer.nodes_checked(outcome)
            if outcome.is_proven:
                return
            looked_at = time.monotonic()
            if outcome.findings != found:
                # Devices on their way, such as an uplink that gets a trunk's VLANs one by one,
                # are not judged yet; and a look takes its time, too.
                found, end = outcome.findings, min(looked_at + self._patience(context), limit)
            # What could not be looked at stays so; devices and switches change.
            if not outcome.findings or looked_at > end:
                raise NotProven(outcome)
            if any(finding.look_again for finding in outcome.findings):
                await self._have_agents_look(context)
            tell = self._again(problems(outcome), context)
            tell("")
            await context.deadline.sleep(context.cluster.timings.next_check)

    async def _have_agents_look(self, context: ChangeContext) -> None:
        """An agent looks at VLANs only when the cluster network changes, and misses a VM
        network that it hears of too late (docs/lab.md).
        """
        note = {"metadata": {"annotations": {LOOK_AGAIN: secrets.token_hex(4)}}}
        # What it does not help the next check will say.
        with suppress(Denied, Forbidden, Conflict):
            await context.cluster.patch(CLUSTER_NETWORK, self.network, note, context.deadline)

    def _again(self, found: list[str], context: ChangeContext) -> Callable[[str], None]:
        """What is wrong is of more interest than the pods of the next check."""
        more = f" ({rest.strip()})" if (rest := more_than(1, len(found))) else ""
        words = f"{self.network} to be as it should be: {found[0]}{more}"
        return lambda _pods: context.observer.waiting_for(words)

    def _patience(self, context: ChangeContext) -> float:
        """How long findings may stay the same: the operator of mgmt may just be at work on a
        host.
        """
        on_mgmt = self.network == MGMT
        return float(self.record.node_timeout) if on_mgmt else context.cluster.timings.devices

    @property
    def request(self) -> CheckRequest:
        """What is to be proven."""
        return CheckRequest(
            self.network,
            mtu=self.record.target_mtu or None,
            vlan=self.how.vlan,
            image=self.how.image,
            namespace=self.how.namespace,
            tolerations=self.how.tolerations,
        )


async def why_unprovable(record: Record, context: ChangeContext) -> list[Refusal]:
    """What would keep the end of a change from being proven, found out by a first check while
    nothing is down; empty if nothing, or if nobody wants it proven.
    """
    network = record.goal.verified_network(record)
    if record.verify is None or not network:
        return []
    step = VerifyNodes(record, (), network, record.verify)
    outcome = await check(
        context.cluster,
        replace(step.request, vlan=None),
        context.deadline,
        context.observer.waiting_for,
        ping_anyway=False,
    )
    return [
        Refusal(f"the change could not be proven on the nodes: {reason}", "verifyOnNodes")
        for reason in outcome.unproven
    ]


def verify_nodes(record: Record, after: tuple[str, ...], node: str = "") -> list[Step]:
    """The step that checks the nodes, if the user wants it and devices have changed; after the
    turn of this ``node``, where they take turns.

    A roll-back is not verified: its purpose is that VMs run again.
    """
    network = record.goal.verified_network(record)
    if record.verify is None or record.backwards or not network:
        return []
    return [VerifyNodes(record, after, network, record.verify, node)]
