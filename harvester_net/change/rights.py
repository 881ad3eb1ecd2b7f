"""What a change may ask of the API server, forwards and on its way back: pure.

Each step says what its acts ask; here are the journal, the lease and the reading besides.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..cluster.resources import CONFIG_MAP, LEASE, split_key
from ..cluster.rights import Right, rights
from ..harvester.rights import IDENTITY, VIRT_HANDLERS
from . import journal, lease
from .kinds import CHANGE_KINDS, MOVING_KINDS, UNDER_WAY
from .record import Record
from .steps.moving import CordonNode, EmptyNode, UncordonNode
from .steps.nodes import VerifyNodes
from .steps.order import STEPS, steps_of
from .steps.step import Step
from .steps.turns import TURN_STEPS

_JOURNAL, _LEASE = split_key(journal.KEY), split_key(lease.KEY)
MOVING: tuple[type[Step], ...] = (
    CordonNode,
    EmptyNode,
    UncordonNode,
    *TURN_STEPS,
)
"""The steps by which VMs are migrated out of the way."""
STANDING = (
    *rights("get", CONFIG_MAP, namespace=_JOURNAL[0], name=_JOURNAL[1]),
    *rights("get", LEASE, namespace=_LEASE[0], name=_LEASE[1]),
)
"""To see whether a change is unfinished, and who works on it."""
HOLDING_THE_LEASE = (
    *rights("create", LEASE, namespace=_LEASE[0]),
    *rights("get patch", LEASE, namespace=_LEASE[0], name=_LEASE[1]),
)
KEEPING_THE_JOURNAL = (
    *rights("create", CONFIG_MAP, namespace=_JOURNAL[0]),
    *rights("get patch delete", CONFIG_MAP, namespace=_JOURNAL[0], name=_JOURNAL[1]),
)
_ALWAYS = frozenset(
    (
        *HOLDING_THE_LEASE,
        *KEEPING_THE_JOURNAL,
        *IDENTITY,
        *rights("list", *CHANGE_KINDS, *UNDER_WAY),
    )
)


def rights_of(record: Record) -> frozenset[Right]:
    """All that a change does from its record to its end, and from there back to its start."""
    steps = (*steps_of(record), *steps_of(record.turned_back()))
    asked = {right for step in steps for right in step.needs}
    return _ALWAYS | asked | _watching(steps)


def changing() -> frozenset[Right]:
    """What changes of all kinds may need in any namespace, without a look at the nodes, and
    without migrating VMs.
    """
    steps = [step for step in STEPS if step is not VerifyNodes and step not in MOVING]
    asked = {right for step in steps for right in step.rights}
    return _ALWAYS | asked | _watching(steps) | frozenset(VIRT_HANDLERS)


def moving() -> frozenset[Right]:
    """What a change needs besides to migrate VMs in any namespace, and to see where to."""
    asked = {right for step in MOVING for right in step.rights}
    return frozenset(asked | _watching(MOVING)) | frozenset(rights("list", *MOVING_KINDS))


def verifying() -> frozenset[Right]:
    """What a look at the nodes needs, by the command or at the end of a change."""
    return frozenset((*HOLDING_THE_LEASE, *VerifyNodes.rights))


def _watching(steps: Iterable[Step | type[Step]]) -> set[Right]:
    return set(rights("watch", *{resource for step in steps for resource in step.watches}))
