"""Both forms in which Pulumi writes previews, and what is none."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from harvester_net.review.comment import comment
from harvester_net.review.preview import Operation, Preview, Unfit
from harvester_net.review.reading import as_one_stack_each, previews
from harvester_net.review.verdict import Level, level_of
from harvester_net.urns import Urn

from .recordings import NAMES, events, preview, text, written

CN_DATA = Urn("dev", "networks", "harvester-net:index:ClusterNetwork", "cn-data")


@pytest.mark.parametrize("name", NAMES)
def test_both_forms_say_the_same(name: str) -> None:
    (document, streamed) = (preview(name, form) for form in ("json", "jsonl"))
    assert document.name == streamed.name == "networks/dev"
    assert document.changes == streamed.changes
    assert document.errors == streamed.errors
    assert document.warnings == streamed.warnings
    assert document.affected_vms == streamed.affected_vms
    assert document.complete
    assert streamed.complete
    assert level_of(document) == level_of(streamed)


@pytest.mark.parametrize(
    ("name", "level", "operations"),
    [
        ("create", Level.CHANGES, [Operation.CREATE] * 7),
        ("offline", Level.CHANGES, [Operation.CREATE] * 7),
        ("nothing", Level.NOTHING, []),
        ("vlan", Level.CHANGES, [Operation.UPDATE]),
        ("drift", Level.CHANGES, [Operation.UPDATE]),
        ("wrong", Level.REFUSED, []),
        ("mtu", Level.INTERRUPTS, [Operation.UPDATE] * 6),
        ("refused", Level.REFUSED, [Operation.UPDATE]),
        ("deleted", Level.CHANGES, [Operation.DELETE] * 2),
    ],
)
def test_what_the_recorded_previews_do(
    name: str, level: Level, operations: list[Operation]
) -> None:
    found = preview(name)
    assert level_of(found) == level
    assert [change.operation for change in found.changes] == operations


def test_events_have_the_whole_plan_and_the_document_its_ends() -> None:
    whole, ends = (preview("mtu", form).plans[CN_DATA] for form in ("jsonl", "json"))
    assert (len(whole.steps), whole.left_out) == (88, 0)
    assert len(ends.steps) + ends.left_out == 88
    assert ends.left_out > 0
    assert set(ends.steps) < set(whole.steps)
    assert whole.cleared == ends.cleared == ("storage network",)
    assert (whole.headline, whole.notes) == (ends.headline, ends.notes)


@pytest.mark.parametrize(
    ("enforcement", "level"), [("mandatory", Level.REFUSED), ("warning", Level.CHANGES)]
)
def test_violation_of_a_policy_is_told_and_a_mandatory_one_refuses(
    enforcement: str, level: Level
) -> None:
    urn = "urn:pulumi:dev::networks::harvester-net:index:VmNetwork::vm100"
    violation = {
        "resourceUrn": urn,
        "message": "<{%reset%}>VLANs have an owner.\nVmNetwork vm100: vlan: 100<{%reset%}>\n",
        "policyName": "vlans-have-owners",
        "enforcementLevel": enforcement,
    }
    whole = events("create")
    judged = {"sequence": 9, "timestamp": 1, "policyEvent": violation}
    (found,) = previews(written([*whole[:-1], judged, whole[-1]]))
    assert level_of(found) == level
    words = "vm100`: policy vlans-have-owners: VLANs have an owner. VmNetwork vm100: vlan: 100"
    assert words in comment(found)


def test_lines_of_others_are_passed_over() -> None:
    noise = "warning: using harvester-net from $PATH\n[an array]\n\n"
    for form in ("json", "jsonl"):
        assert previews(f"{noise}{text('vlan', form)}bye\n") == [preview("vlan", form)]


def test_several_stacks_in_one_text_and_in_any_form() -> None:
    other = text("nothing").replace(":dev::", ":prod::")
    one_after_the_other = previews(text("vlan") + other)
    assert [it.name for it in one_after_the_other] == ["networks/dev", "networks/prod"]
    mixed = as_one_stack_each(previews(other + text("vlan", "json")))
    assert [it.name for it in mixed] == ["networks/dev", "networks/prod"]
    assert mixed[0] == preview("vlan", "json")


def test_two_previews_of_one_stack_are_refused() -> None:
    with pytest.raises(Unfit, match=r"^two previews of networks/dev; give one of each stack$"):
        as_one_stack_each(previews(text("vlan") + text("nothing")))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: "", "no preview of Pulumi"),
        (lambda: "error: no Pulumi.yaml project file found\n", "no preview of Pulumi"),
        (lambda: '{"an": "object"}\n', "no preview of Pulumi"),
        (lambda: text("vlan", "json")[:-300], "line 1 begins JSON that is broken or cut off"),
        (lambda: text("vlan")[:-20], "begins JSON that is broken or cut off"),
        (lambda: "{" * 100_000, "line 1 begins JSON that is broken or cut off"),
        (lambda: text("vlan").replace(":dev::", f":{'d' * 256}::"), "too long"),
        (
            lambda: text("vlan").replace('"isPreview": true', '"isPreview": false'),
            "the log of an update, not of a preview",
        ),
    ],
)
def test_what_is_no_preview_is_refused(make: Callable[[], str], words: str) -> None:
    with pytest.raises(Unfit, match=words):
        previews(make())


@pytest.mark.parametrize("kept", [1, 5, -2])
def test_a_preview_that_was_killed_never_looks_like_one_that_changes_nothing(
    kept: int,
) -> None:
    (found,) = previews(written(events("nothing")[:kept]))
    assert not found.complete
    assert level_of(found) == Level.REFUSED
    assert "did not come to its end" in comment(found)


def test_a_broken_program_is_no_refusal_of_ours() -> None:
    said = "error: Expecting value\nTraceback (most recent call last):\n  File main.py\n\n"
    document = {
        "steps": [{"op": "same", "urn": "urn:pulumi:dev::networks::pulumi:pulumi:Stack::s"}],
        "diagnostics": [
            {"message": said, "severity": "error"},
            {
                "message": said.replace("error: ", "error: an unhandled error occurred: "),
                "severity": "error",
            },
        ],
        "duration": 1,
        "changeSummary": {"same": 1},
    }
    (found,) = previews(json.dumps(document, indent=4))
    assert [it.text for it in found.errors] == ["Expecting value"]
    assert "The preview failed" in comment(found)


STACK = "urn:pulumi:dev::networks"


def steps(*operations: str, kind: str = "harvester-net:index:VmNetwork") -> Preview:
    urn = f"{STACK}::{kind}::web"
    found = [{"op": it, "urn": urn, "newState": {"inputs": {"vlan": 7}}} for it in operations]
    return previews(json.dumps({"steps": found, "changeSummary": {}}))[0]


@pytest.mark.parametrize(
    ("operations", "seen"),
    [
        (("delete-replaced", "replace", "create-replacement"), [Operation.REPLACE]),
        (("create-replacement", "replace", "delete-replaced"), [Operation.REPLACE]),
        (("import",), [Operation.IMPORT]),
        (("import", "update"), [Operation.UPDATE]),
        (("refresh", "same"), []),
        (("read", "discard"), []),
    ],
)
def test_steps_of_one_resource_are_one_change(
    operations: tuple[str, ...], seen: list[Operation]
) -> None:
    assert [change.operation for change in steps(*operations).changes] == seen


def test_resources_of_other_packages_are_counted() -> None:
    found = steps("create", kind="my:index:Rack$kubernetes:core/v1:ConfigMap")
    assert found.changes == ()
    assert found.others == {Operation.CREATE: 1}
    assert level_of(found) == Level.CHANGES
    assert "Of other packages, not shown here: 1 to create." in comment(found)


@pytest.mark.parametrize(
    "document",
    [
        {"changeSummary": None, "steps": None, "diagnostics": "x"},
        {"changeSummary": {}, "steps": [7, None, {"urn": 3, "op": []}], "diagnostics": [7]},
        {"changeSummary": {}, "steps": [{"op": "create", "urn": "x", "newState": []}]},
        {"changeSummary": {}, "diagnostics": [{"urn": {}, "severity": 7, "message": None}]},
    ],
)
def test_what_is_written_otherwise_does_no_harm(document: object) -> None:
    assert len(previews(json.dumps(document))) == 1


def test_what_is_no_urn_is_nobodys_name() -> None:
    said = {"urn": "**not a name**", "severity": "error", "message": "error: no"}
    (found,) = previews(json.dumps({"changeSummary": {}, "diagnostics": [said]}))
    assert [it.urn for it in found.errors] == [Urn()]
