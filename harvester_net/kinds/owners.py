"""Whose an object is: by the URN that its creation left on it, and by its claim.

A claim is a mark that every create of ours leaves on its object, new each time, and keeps in
the state. A forced replacement (`--replace`, `state taint`) looks to a provider like the
repair of a killed run: a create that meets its own object. It takes the object over with a new
claim, so that the deletion of the "old" one, in this run or weeks later, finds that its claim
is gone, and leaves the object alone.
"""

from __future__ import annotations

import re
import secrets
from typing import Any

from ..cluster.resources import Object, annotations_of
from ..harvester.network_configs import predecessors
from ..urns import Urn
from .desired_state import CREATED_BY

CLAIM = "harvester-net/claim"
"""Annotation with the claim."""
CLAIM_OUTPUT = "__claim"
"""The output that keeps it in the state; Pulumi shows none that begins so."""

_REPEATABLE = re.compile(
    r"urn:pulumi:[\w.-]{1,100}::[\w.-]{1,100}::[^\s]{1,300}::[ -~]{1,200}"
)


def maker_of(live: Object) -> Urn:
    """The resource that an object says has made it, as far as that may be repeated: what an
    annotation says is data. All parts are empty if none has.
    """
    said = annotations_of(live).get(CREATED_BY, "")
    return Urn.of(said) if _REPEATABLE.fullmatch(said) else Urn()


def whose(live: Object, urn: str, manage: str) -> str:
    """What to do about an object that exists, by who made it.

    ``manage`` is the command that imports it.
    """
    theirs = maker_of(live)
    if not theirs.stack:
        return f"to manage it: {manage}"
    if theirs.whole_stack == Urn.of(urn).whole_stack:
        return (
            f"resource {theirs.name} of this stack made it. If that is this resource under "
            f"its old name, give it an alias, or run `pulumi state rename`. If {theirs.name} "
            f"is not in the state any more: {manage}"
        )
    return (
        f"stack {theirs.stack} of project {theirs.project} made it. If that stack does not "
        f"manage it any more: {manage}"
    )


def is_ours(live: Object, outputs: dict[str, Any], urn: str) -> bool:
    """Whether a live object is the one that these outputs were made of.

    That is the one with their uid; one that says that this resource made it, as on a cluster
    that was restored from a backup; or what an ordered change made again in its place. Equal
    names prove nothing. Without outputs there is nothing to be told from: an import.
    """
    made, notes = outputs.get("uid"), annotations_of(live)
    return (
        not made
        or made == live["metadata"]["uid"]
        or notes.get(CREATED_BY) == urn
        or made in predecessors(live)
    )


def another_object(live: Object) -> str:
    """What is said of an object that has only the name of ours."""
    return (
        f"the object that has its name now is another one (uid {live['metadata']['uid']}), "
        "which stays untouched; to manage that one, import it"
    )


def new_claim() -> str:
    """A claim that no other create has."""
    return secrets.token_hex(8)


def claim_of(live: Object) -> dict[str, str]:
    """The output that keeps the claim of an object; none of one without."""
    claim = annotations_of(live).get(CLAIM)
    return {CLAIM_OUTPUT: claim} if claim else {}


def kept_claim(outputs: dict[str, Any]) -> dict[str, str]:
    """The output of the state that keeps the claim, if it has one."""
    return {CLAIM_OUTPUT: outputs[CLAIM_OUTPUT]} if outputs.get(CLAIM_OUTPUT) else {}


def shared(live: Object, outputs: dict[str, Any], urn: str) -> str:
    """What is to be said of an object that another stack has taken over since these outputs
    were made of it, as after `pulumi state move` without the program; empty if none has.

    Within one stack a claim that is not the state's is that of a run which was killed.
    """
    if not kept_claim(outputs) or not is_claimed_otherwise(live, outputs):
        return ""
    theirs = maker_of(live)
    if not theirs.stack or theirs.whole_stack == Urn.of(urn).whole_stack:
        return ""
    return (
        f"stack {theirs.stack} of project {theirs.project} has taken it over, so two stacks "
        "have it now. Take it out of one: of that stack's program and state, or of this one's "
        f"with `pulumi state delete '{urn}'`"
    )


def is_claimed_otherwise(live: Object, outputs: dict[str, Any]) -> bool:
    """Whether the object was taken over since these outputs were those of its resource."""
    return bool(annotations_of(live).get(CLAIM, "") != (outputs.get(CLAIM_OUTPUT) or ""))
