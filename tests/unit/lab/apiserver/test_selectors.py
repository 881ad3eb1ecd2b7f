"""Selectors, as the real server reads them; its complaints are in the conformance suite."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harvester_net.lab.apiserver import selectors
from harvester_net.lab.apiserver.errors import StatusError

from .objects import GADGET, POD, gadget

LABELS = {"app": "web", "tier": "2", "empty": "", "example.lab/zone": "a"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", True),
        ("app=web", True),
        ("app==web", True),
        (" app = web , tier ", True),
        ("app=other", False),
        ("app!=web", False),
        ("app!=other", True),
        ("missing!=other", True),
        ("app in (web, other)", True),
        ("app in (other)", False),
        ("missing in (x)", False),
        ("app notin (web)", False),
        ("app notin (other)", True),
        ("missing notin (x)", True),
        ("app", True),
        ("missing", False),
        ("!missing", True),
        ("!app", False),
        ("empty=", True),
        ("empty in ()", True),
        ("empty in (,x)", True),
        ("app=", False),
        ("tier>1", True),
        ("tier<2", False),
        ("app>1", False),
        ("missing>1", False),
        ("example.lab/zone=a", True),
        ("app=web,tier=2", True),
        ("app=web,tier=3", False),
        ("in in (x)", False),
    ],
)
def test_label_selector_matches_as_in_kubernetes(text: str, expected: bool) -> None:
    assert selectors.labels(text)(gadget("a", labels=LABELS)) is expected


def test_object_without_labels_matches_what_asks_for_none() -> None:
    assert selectors.labels("!app")(gadget("a"))
    assert not selectors.labels("app")(gadget("a"))


@pytest.mark.parametrize(
    "text",
    ["a in b", "a in (b", "a===b", "(", "a b", "a=b c", "-a", "a=-b", "a<x", "a,,b", "!", ",",
     "a in (b c)", "a in", "a=(", "b/a/c", "/a"],
)  # fmt: skip
def test_malformed_label_selector_is_a_bad_request(text: str) -> None:
    with pytest.raises(StatusError) as refusal:
        selectors.labels(text)
    assert refusal.value.code == 400


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", True),
        ("metadata.name=a", True),
        ("metadata.name==a,metadata.namespace=default", True),
        ("metadata.name!=a", False),
        ("metadata.name=b", False),
        ("metadata.namespace!=other", True),
    ],
)
def test_field_selector_matches_by_name_and_namespace(text: str, expected: bool) -> None:
    assert selectors.fields(text, GADGET)(gadget("a")) is expected


@pytest.mark.parametrize("text", ["spec.x=1", "spec", "metadata.name=a=b"])
def test_malformed_field_selector_is_a_bad_request(text: str) -> None:
    with pytest.raises(StatusError) as refusal:
        selectors.fields(text, GADGET)
    assert refusal.value.code == 400


def test_some_resources_have_fields_of_their_own() -> None:
    pods = replace(POD, fields=("spec.nodeName",))
    matches = selectors.fields("spec.nodeName=n", pods)
    assert matches({"metadata": {"name": "p"}, "spec": {"nodeName": "n"}})
    assert not matches({"metadata": {"name": "p"}})


@pytest.mark.parametrize(
    ("text", "name"),
    [("metadata.name=a", "a"), ("metadata.name!=a", ""), ("x=y", ""), ("nonsense", "")],
)
def test_selected_name_is_what_authorization_looks_at(text: str, name: str) -> None:
    assert selectors.selected_name(text) == name
