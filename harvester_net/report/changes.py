"""The section about a preview: what it comes to, and what it changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import assert_never

from ..cluster.resources import VM, VMI
from ..harvester.name_ranges import ranges
from ..harvester.wording import counted
from ..markup import Element, element
from ..review.comment import MORE_EVENTS, command_of, estimates_of_plans, notes_of_plans
from ..review.fingerprint import fingerprint
from ..review.groups import groups
from ..review.look import Seat, seats
from ..review.picture import limits
from ..review.preview import Operation, Preview
from ..review.refusals import Reason, reasons, warnings
from ..review.steps import ChangePlan
from ..review.verdict import Level, cleared_networks, level_of, verdict
from ..topology.port_changes import alike, port_changes
from .parts import Row, Section, bullets, heading, paragraph, table, with_code, with_known
from .subject import Subject


def changes(subject: Subject) -> Iterator[Section]:
    """What the preview says; nothing without one."""
    preview = subject.preview
    if preview is None:
        return
    inside = [
        _verdict(preview),
        *_told("What stands against it", map(_words, reasons(preview.errors))),
        *_told("Warnings", map(_words, warnings(preview))),
        *_interrupted(subject, preview),
        *_resources(preview),
        *_ports(subject),
        *_plans(preview),
        *_told("Notes", [*map(_words, reasons(preview.notes)), *notes_of_plans(preview)]),
        *_limits(subject),
        _end(preview),
    ]
    yield Section("changes", "What changes", inside)


def _verdict(preview: Preview) -> Element:
    told, level = verdict(preview), level_of(preview)
    after = [words for words in (told.counts, told.caveat) if words]
    head = element("strong", told.head)
    rest = "".join([told.more, *(f" · {words}" for words in after)])
    return element("p", head, rest, class_=f"verdict {_colour(level)}")


def _colour(level: Level) -> str:
    match level:
        case Level.REFUSED:
            return "bad"
        case Level.INTERRUPTS:
            return "beware"
        case Level.CHANGES | Level.NOTHING:
            return "good"
        case _:
            assert_never(level)


def _told(title: str, items: Sequence[str] | Iterator[str]) -> Iterator[Element]:
    if listed := list(items):
        yield heading(title)
        yield bullets(map(with_code, listed))


def _words(reason: Reason) -> str:
    where = " · ".join(filter(None, (reason.resource, reason.property)))
    return f"{where}: {reason.words}" if where else reason.words


def _interrupted(subject: Subject, preview: Preview) -> Iterator[Element]:
    cleared, vms = cleared_networks(preview), preview.affected_vms
    if not cleared and not vms:
        return
    yield heading("Who is interrupted")
    told = [
        f"The {name} is cleared, and set again when the networks are ready."
        for name in cleared
    ]
    if told:
        yield bullets(told)
    if estimates := estimates_of_plans(preview):
        yield paragraph(element("strong", "How long, by estimate"))
        yield bullets(estimates)
    if vms:
        yield _stopped(subject, preview)


def _stopped(subject: Subject, preview: Preview) -> Element:
    seen, down = subject.seen, set(preview.vms_that_stay_down)
    found = seats(seen.of(VM), seen.of(VMI)) if seen is not None else {}
    rows = []
    for key in preview.affected_vms:
        seat = found.get(key, Seat())
        end = "nothing starts it again" if key in down else "starts again"
        rows.append([key, seat.node, seat.owner, end])
    heads, kept = with_known(["VM", "Node", "Owner", "Afterwards"], rows)
    return table(f"{counted(len(rows), 'VM')} to stop", heads, map(Row, kept))


def _resources(preview: Preview) -> Iterator[Element]:
    rows = [
        Row([", ".join(ranges(group.names)), group.kind, group.operation, group.what])
        for group in groups(preview.changes)
    ]
    if rows:
        yield heading("Resources")
        yield table("Resources that change", ["Which", "Kind", "How", "What"], rows)
    if others := [f"{preview.others[it]} to {it}" for it in Operation if preview.others[it]]:
        yield paragraph(f"Of other packages, not shown here: {', '.join(others)}.")


def _ports(subject: Subject) -> Iterator[Element]:
    if subject.planned is None:
        return
    before, after = subject.planned.before.ports, subject.planned.after.ports
    rows = [
        Row([", ".join(ranges(it.nodes)), it.cluster_network, ", ".join(it.nics), it.what])
        for it in alike(port_changes(before, after))
    ]
    if rows:
        yield heading("What the switches must carry after it")
        heads = ["Nodes", "Cluster network", "NICs", "Change"]
        yield table("Switch ports that change", heads, rows)


def _plans(preview: Preview) -> Iterator[Element]:
    for who, plan in preview.plans.items():
        number = len(plan.steps) + plan.left_out
        yield heading(f"{plan.headline or who.name}: {counted(number, 'step')}")
        yield element("ol", *_steps(plan), class_="steps")
        if plan.id:
            yield paragraph("Plan id: ", element("code", plan.id))


def _steps(plan: ChangePlan) -> Iterator[Element]:
    expected = 1
    for number, title in plan.steps:
        if number > expected:
            words = f"{counted(number - expected, 'step')} {MORE_EVENTS}"
            yield element("li", words, value=expected)
        yield element("li", title, value=number)
        expected = number + 1


def _limits(subject: Subject) -> Iterator[Element]:
    assert subject.planned is not None
    if words := limits(subject.planned, looked=subject.seen is not None):
        yield paragraph(words)


def _end(preview: Preview) -> Element:
    told = [element("code", fingerprint(preview))]
    if level_of(preview) is Level.REFUSED:
        return paragraph("Hash of what was reviewed: ", *told)
    command, why = command_of(preview)
    after = element("code", command)
    return paragraph(
        "It is carried out by ", after, f"{why}. Hash of what was reviewed: ", *told
    )
