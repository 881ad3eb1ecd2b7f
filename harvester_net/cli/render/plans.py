"""The plan of a change, for people, pull requests and programs."""

from __future__ import annotations

import sys
from typing import Any

from ...change import report
from ...change.plan import Plan
from ...change.reviewed import plan_id
from ...change.steps.order import steps_of
from ...change.steps.vms import StartVm
from ...markdown import code, escaped
from ...printable import printable
from ..messages import INPUTS


def text(plan: Plan) -> str:
    """The numbered steps, all of them, and what stands against them."""
    lines = [report.plan_text(plan, most_lines=sys.maxsize)]
    if plan.refusals:
        lines += [
            "",
            "refused as it is:",
            *(f"  - {printable(reason, None)}" for reason in _reasons(plan)),
        ]
    return "\n".join(lines)


def markdown(plan: Plan) -> str:
    """The plan for a pull request."""
    record = plan.record
    lines = [f"### {escaped(report.headline(record))}", ""]
    if plan.refusals:
        lines += [
            "**Refused as it is:**",
            "",
            *(f"- {escaped(reason)}" for reason in _reasons(plan)),
            "",
        ]
    lines += ["| | Step |", "|--:|---|"]
    titles = map(escaped, report.titles(record))
    lines += [f"| {number} | {title} |" for number, title in enumerate(titles, start=1)]
    affected = {
        "VMs to stop": sorted(record.vms),
        "VMs to start again": started(plan),
        "Settings to clear and set again": settings(plan),
    }
    counted = [
        f"- {what} ({len(names)}): {_quoted(names)}" for what, names in affected.items()
    ]
    counted.append(f"- Plan id: {code(plan_id(record))}")
    notes = [f"> Warning: {escaped(warning)}" for warning in plan.warnings]
    notes += [f"> Estimate: {escaped(plan.estimate)}"] if plan.estimate else []
    notes += [f"> Note: {escaped(note)}" for note in report.notes(record)]
    return "\n".join([*lines, "", *counted, *(["", "\n>\n".join(notes)] if notes else [])])


def document(plan: Plan) -> dict[str, Any]:
    """The plan for programs: values that JSON has."""
    record = plan.record
    steps = steps_of(record)
    number = {step.id: index for index, step in enumerate(steps, start=1)}
    return {
        "change": report.headline(record),
        "planId": plan_id(record),
        "clusterNetwork": record.goal.mtu_network,
        "oldMtu": record.old_mtu,
        "newMtu": record.goal.mtu_wanted,
        "nothingToDo": False,
        "steps": [
            {
                "number": number[step.id],
                "title": step.title,
                "after": [number[before] for before in step.after],
            }
            for step in steps
        ],
        "networkConfigs": sorted(record.configs),
        "stoppedVms": sorted(record.vms),
        "maxParallel": record.max_parallel,
        "startedVms": started(plan),
        "cycledSettings": settings(plan),
        "refusals": _reasons(plan),
        "warnings": plan.warnings,
        "estimate": plan.estimate,
        "notes": report.notes(record),
    }


def no_steps(plan: Plan, refusal: str = "") -> dict[str, Any]:
    """The document where nothing is to be done, or nothing can be planned for this reason."""
    whole = document(plan)
    empty: dict[str, Any] = {
        name: [] for name, value in whole.items() if isinstance(value, list)
    }
    refusals = [refusal] if refusal else []
    return whole | empty | {"nothingToDo": not refusal, "refusals": refusals}


def _reasons(plan: Plan) -> list[str]:
    return [report.reason_text(refusal, INPUTS) for refusal in plan.refusals]


def started(plan: Plan) -> list[str]:
    """The VMs that are started again."""
    return [step.key for step in steps_of(plan.record) if isinstance(step, StartVm)]


def settings(plan: Plan) -> list[str]:
    """The Settings that are cleared for the change and set again."""
    return list(plan.record.cleared)


def _quoted(names: list[str]) -> str:
    return ", ".join(map(code, names)) or "none"
