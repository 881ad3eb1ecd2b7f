"""A preview as one comment: its parts in the order in which a reviewer wants them."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from ..harvester.wording import counted
from ..markdown import code, escaped
from ..printable import printable
from .blocks import Block, Weight, fitted
from .fingerprint import fingerprint
from .form import Form
from .groups import Group, groups
from .look import Seat, Seen
from .names import name, ranges
from .picture import limits, picture_block, ports_block
from .planned import planned
from .preview import Operation, Preview
from .refusals import Reason, reasons, warnings
from .steps import ChangePlan
from .verdict import Level, cleared_networks, level_of, verdict

REVIEWED_PLAN = "HARVESTER_NET_REVIEWED_PLAN"
EVENTS = "PULUMI_ENABLE_STREAMING_JSON_PREVIEW=true"
MORE_EVENTS = f"that only the events of a preview have ({EVENTS})"
UNFOLDED = 20
"""VMs, steps and names that are seen at once."""
TABLE = "| | Kind | Which | What |\n|---|---|---|---|\n"
SIGNS = {
    Operation.DELETE: "**- delete**",
    Operation.REPLACE: "**± replace**",
    Operation.UPDATE: "~ update",
    Operation.CREATE: "+ create",
    Operation.IMPORT: "= import",
}


def comment(
    preview: Preview,
    form: Form | None = None,
    seen: Seen | None = None,
) -> str:
    """The comment; the same preview and the same look at the cluster, the same text."""
    form, seen = form or Form(), seen or Seen()
    if level_of(preview) is Level.NOTHING and not preview.warnings:
        return f"{form.mark(preview.name)}{verdict(preview).markdown} {name(preview.name)}\n"
    ports, drawn = _networks(preview, form, seen)
    blocks = [
        _head(preview, form),
        *_reasons(preview),
        *_interrupted(preview, form, seen),
        *_warnings(preview),
        *_changes(preview),
        *ports,
        *_plans(preview, form),
        *drawn,
        *_notes(preview, form),
        _foot(preview),
    ]
    return fitted(blocks, form.limit)


def _head(preview: Preview, form: Form) -> Block:
    title = f"### Harvester networks: {name(preview.name)}"
    return Block(
        Weight.ALWAYS, (f"{form.mark(preview.name)}{title}\n\n{verdict(preview).markdown}",)
    )


def _foot(preview: Preview) -> Block:
    lines = [f"Hash of what was reviewed: `{fingerprint(preview)}`"]
    if level_of(preview) is not Level.REFUSED:
        lines.insert(0, _command(preview))
    return Block(Weight.ALWAYS, ("\n\n".join(lines),))


def _command(preview: Preview) -> str:
    command, why = command_of(preview)
    return f"It is carried out by {code(command)}{why}."


def command_of(preview: Preview) -> tuple[str, str]:
    """What carries it out, and what there is to say of that; of a change that interrupts,
    this very plan.
    """
    command = f"pulumi up --stack {shlex.quote(preview.stack)}"
    ids = ",".join(plan.id for plan in preview.plans.values() if plan.id)
    if not ids:
        return command, ""
    command = f"{REVIEWED_PLAN}={shlex.quote(ids)} {command}"
    return command, ", which refuses any other plan"


# --- what stands against it ------------------------------------------------------------------


def _reasons(preview: Preview) -> Iterator[Block]:
    if told := tuple(map(_reason, reasons(preview.errors))):
        yield Block(Weight.REFUSALS, told, "reason", "**What stands against it**\n\n")


def _warnings(preview: Preview) -> Iterator[Block]:
    if told := tuple(map(_reason, warnings(preview))):
        yield Block(Weight.WARNINGS, told, "warning", "**Warnings**\n\n")


def _reason(reason: Reason) -> str:
    where = " · ".join(map(name, filter(None, (reason.resource, reason.property))))
    words = escaped(printable(reason.words))
    return f"- {where}: {words}" if where else f"- {words}"


# --- who is interrupted ----------------------------------------------------------------------


def _interrupted(preview: Preview, form: Form, seen: Seen) -> Iterator[Block]:
    if cleared := tuple(map(_cleared, cleared_networks(preview))):
        yield Block(Weight.INTERRUPTED, cleared, "interrupted network")
    if estimates := tuple(f"- {escaped(words)}" for words in estimates_of_plans(preview)):
        yield Block(Weight.INTERRUPTED, estimates, "estimate", "**How long, by estimate**\n\n")
    down = set(preview.vms_that_stay_down)
    items = [
        _vm(key, seen.seats.get(key, Seat()), key in down) for key in preview.affected_vms
    ]
    if items:
        head = f"**{counted(len(items), 'VM')} to stop**\n\n"
        if seen.no_seats:
            head += f"Node and owner are not known: {escaped(seen.no_seats)}\n\n"
        yield Block(Weight.INTERRUPTED, tuple(items[:UNFOLDED]), "VM", head)
    if rest := items[UNFOLDED:]:
        before, after = form.fold(f"{len(rest)} more")
        yield Block(Weight.INTERRUPTED, tuple(rest), "VM", before, after)


def _cleared(network: str) -> str:
    return f"- **The {network}** is cleared, and set again when the networks are ready."


def _vm(key: str, seat: Seat, stays_down: bool) -> str:
    where = f" on {name(seat.node)}" if seat.node else ""
    whose = f", of {escaped(seat.owner)}" if seat.owner else ""
    end = "; nothing starts it again" if stays_down else ""
    return f"- {name(key)}{where}{whose}{end}"


# --- what changes ----------------------------------------------------------------------------


def _changes(preview: Preview) -> Iterator[Block]:
    if rows := tuple(map(_row, groups(preview.changes))):
        refused = level_of(preview) is Level.REFUSED
        head = "As far as the preview came:\n\n" if refused else ""
        yield Block(Weight.CHANGES, rows, "row", f"{head}{TABLE}")
    if others := [f"{preview.others[it]} to {it}" for it in Operation if preview.others[it]]:
        words = f"Of other packages, not shown here: {', '.join(others)}."
        yield Block(Weight.OTHERS, (words,), "sentence about other packages")


def _row(group: Group) -> str:
    which, what = _few(ranges(group.names)), escaped(group.what)
    return f"| {SIGNS[group.operation]} | {escaped(group.kind)} | {which} | {what} |"


def _few(names: Sequence[str]) -> str:
    more = len(names) - UNFOLDED
    shown = ", ".join(names[:UNFOLDED])
    return f"{shown} and {more} more" if more > 0 else shown


# --- what becomes of the networks ------------------------------------------------------------


def _networks(preview: Preview, form: Form, seen: Seen) -> tuple[list[Block], list[Block]]:
    """The switch ports and the picture; of a preview that is refused neither, for what it
    makes of the networks is known in part only.
    """
    if level_of(preview) is Level.REFUSED:
        return [], []
    found = planned(preview, seen.networks)
    note = limits(found, looked=seen.networks is not None)
    why = f"Its networks cannot be looked at: {seen.no_networks}. {note}"
    first = why if seen.no_networks else note
    ports = list(ports_block(found, form, first))
    return ports, list(picture_block(found, form, note if ports else first))


# --- how it is done --------------------------------------------------------------------------


def _plans(preview: Preview, form: Form) -> Iterator[Block]:
    for who, plan in preview.plans.items():
        number = len(plan.steps) + plan.left_out
        title = f"{plan.headline or who.name}: {counted(number, 'step')}"
        title += f", plan id {plan.id}" if plan.id else ""
        if number > UNFOLDED:
            head, tail = form.fold(title)
        else:
            head, tail = f"**{escaped(title)}**\n\n", ""
        yield Block(Weight.PLAN, tuple(_steps(plan)), "step", head, tail)


def _steps(plan: ChangePlan) -> Iterator[str]:
    expected = 1
    for number, title in plan.steps:
        if number > expected:
            left_out = f"{counted(number - expected, 'step')} {MORE_EVENTS}"
            yield f"\n{left_out.replace(EVENTS, f'`{EVENTS}`')}\n"
        yield f"{number}. {escaped(title)}"
        expected = number + 1


def _notes(preview: Preview, form: Form) -> Iterator[Block]:
    told = [_reason(reason) for reason in reasons(preview.notes)]
    told += [f"- {escaped(words)}" for words in notes_of_plans(preview)]
    if told:
        head, tail = form.fold("Notes")
        yield Block(Weight.NOTES, tuple(told), "note", head, tail)


def estimates_of_plans(preview: Preview) -> list[str]:
    """How long the plans interrupt what they interrupt; with its change if there are more."""
    told = {who: plan for who, plan in preview.plans.items() if plan.estimate}
    if len(told) == 1:
        return [plan.estimate for plan in told.values()]
    return [f"{plan.headline or who.name}: {plan.estimate}" for who, plan in told.items()]


def notes_of_plans(preview: Preview) -> list[str]:
    """What the plans tell besides, each once."""
    return list(
        dict.fromkeys(words for plan in preview.plans.values() for words in plan.notes)
    )
