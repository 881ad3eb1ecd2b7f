"""All that a check of the nodes has seen and found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..harvester.wording import counted
from .devices import Devices
from .pinging import Pings


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be, and what to do about it."""

    node: str
    """The node; several of them for what is between them, or the same of all."""
    device: str
    what: str
    look_again: bool = False
    """Whether its agent may just have missed something, and has only to look again."""

    def __str__(self) -> str:
        return f"{self.node}: {self.what}"


@dataclass(frozen=True)
class Outcome:
    """What came of one check."""

    cluster_network: str
    mtu: int
    """MTU in bytes that the devices should have."""
    vlan: int | None = None
    """The VLAN that was to be pinged over."""
    nodes: Mapping[str, Devices | None] = field(default_factory=dict)
    """The nodes that were to be looked at; None: it could not be."""
    pings: Pings = field(default_factory=Pings)
    findings: tuple[Finding, ...] = ()
    notes: tuple[Finding, ...] = ()
    """What is worth knowing and keeps nothing from working."""
    unproven: tuple[str, ...] = ()
    """What could not be looked at, and why."""

    @property
    def is_proven(self) -> bool:
        """Whether everything is as it should be, as far as the user asked."""
        return not self.findings and not self.unproven


class NotProven(Exception):
    """The nodes are not as they should be, or could not be looked at; the message lists it."""

    def __init__(self, outcome: Outcome) -> None:
        found = problems(outcome)
        # One goes into its sentence; more of them are to be read one by one.
        super().__init__(found[0] if len(found) == 1 else "".join(f"\n  - {f}" for f in found))
        self.outcome = outcome


def problems(outcome: Outcome) -> list[str]:
    """Everything that stands against the proof, a sentence each."""
    return [
        *(str(finding) for finding in outcome.findings),
        *(f"not proven: {reason}" for reason in outcome.unproven),
    ]


def proven_words(outcome: Outcome) -> str:
    """That all is as it should be."""
    pinged = f", and full frames pass between them on VLAN {outcome.pings.vlan}"
    nodes = counted(len(outcome.nodes), "node")
    return (
        f"proven: cluster network {outcome.cluster_network} has MTU {outcome.mtu} on the "
        f"devices of {nodes}" + (pinged if outcome.pings.results else "")
    )
