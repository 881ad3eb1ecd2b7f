"""One life-cycle call, as a kind sees it: the cluster, how long it may take, and whom to
tell.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..cluster.cluster import Cluster
from ..cluster.deadline import Deadline
from .desired_state import DesiredState


def _nobody(_message: str) -> None:
    pass


@dataclass(frozen=True)
class Call:
    """What a kind is given besides the properties."""

    urn: str
    cluster: Cluster
    deadline: Deadline
    preview: bool = False
    replaced: str | None = None
    """Key of the object with the same URN that is deleted before this one is made."""
    tell: Callable[[str], None] = _nobody
    """Shows what the call is doing or waiting for, while it runs."""
    step: Callable[[str], None] = _nobody
    """Shows a step that is over; none is left out."""
    inform: Callable[[str], None] = _nobody
    """Leaves a message on the resource."""
    warn: Callable[[str], None] = _nobody
    """Leaves a warning on the resource."""
    reviewed_plans: tuple[str, ...] = ()
    """The ids of the plans that may be carried out; empty: any."""
    seen_on_nodes: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """What this run saw on the devices of the nodes, by cluster network."""
    desired_state: DesiredState = field(default_factory=DesiredState)
    """What this run of the program wants, as far as it has been checked."""
