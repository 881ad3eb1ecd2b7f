"""The file of a site is data: it is read as that, or refused with the place."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harvester_net.harvester.site import reading
from harvester_net.harvester.site.document import written
from harvester_net.lab.likeness import Site, UnreadableSite, load_site

from ...sites import VERSION
from .likenesses import document


def test_a_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "site.json"
    path.write_text(written(document()))
    assert load_site(path).document == document()


def changed(change: Callable[[Any], None]) -> str:
    """The text of a document after a change by hand."""
    value = json.loads(written(document()))
    change(value)
    return json.dumps(value)


def put(*path: str | int, value: Any) -> Callable[[Any], None]:
    def change(document: Any) -> None:
        for step in path[:-1]:
            document = document[step]
        document[path[-1]] = value

    return change


NODES, VMS = ("objects", "nodes"), ("objects", "virtualmachines.kubevirt.io")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is no JSON: Expecting value: line 1 column 1"),
        ('{"format": 1', "is no JSON: Expecting ',' delimiter: line 1 column 13"),
        ('{"format": NaN}', "is no JSON: NaN is no number"),
        ("[" * 200_000, "is no JSON: "),
        ("[]", "is no site: harvester-net snapshot writes one"),
        ('{"kind": "List"}', "is no site: harvester-net snapshot writes one"),
        ('{"format": 2}', "is of format 2, not 1; read the cluster again"),
        ('{"format": "1"}', "is of format '1', not 1"),
        ('{"format": 1}', "harvester: Field required"),
        (changed(put("more", value=1)), "more: Extra inputs are not permitted"),
        (changed(put("time", value=7)), "time: Input should be a valid string"),
        (changed(put("objects", value=[])), "objects: Input should be a valid dictionary"),
        (changed(put(*NODES, 0, value="n")), "objects.nodes.0: Input should be a valid dict"),
        (changed(put("objects", "secrets", value=[])), "objects: a site has no 'secrets'"),
        (changed(put("leftOut", "pods", value="x")), "leftOut: a site has no 'pods'"),
        (
            changed(put(*NODES, 1, "spec", "taints", value=[])),
            "nodes[1] (node001): spec.taints: is nothing that a site has there",
        ),
        (
            changed(put(*NODES, 1, "status", "conditions", 0, "status", value="Maybe")),
            "nodes[1] (node001): status.conditions[0]: is nothing that a site has there",
        ),
        (
            changed(
                put(*VMS, 2, "spec", "template", "spec", "volumes", 0, "secret", value={})
            ),
            "virtualmachines.kubevirt.io[2] (vm-0002): "
            "spec.template.spec.volumes[0].secret: is nothing that a site has there",
        ),
        (
            changed(put(*NODES, 0, "metadata", "name", value="../x")),
            "nodes[0] (../x): metadata: is no name that Kubernetes takes",
        ),
        (
            changed(put(*NODES, 0, "metadata", "name", value="a" * 254)),
            "metadata: is no name that Kubernetes takes",
        ),
        (
            changed(put(*VMS, 0, "metadata", "namespace", value="a.b")),
            "metadata: is no name that Kubernetes takes",
        ),
        (
            changed(put(*NODES, 0, "metadata", "name", value="node001")),
            "nodes[1] (node001): is there twice",
        ),
        (
            changed(put(*NODES, 0, "kind", value="Secret")),
            "nodes[0] (node000): kind: is nothing that a site has there",
        ),
        (
            changed(lambda d: d["objects"]["nodes"][0].pop("metadata")),
            "nodes[0]: lacks what every object of its kind has",
        ),
        (
            changed(lambda d: d["objects"]["nodes"][0].pop("apiVersion")),
            "nodes[0] (node000): object: lacks apiVersion",
        ),
    ],
)
def test_what_no_snapshot_writes_is_refused_with_its_place(text: str, why: str) -> None:
    with pytest.raises(reading.UnreadableSite) as refusal:
        reading.parse(text)
    assert why in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_errors_name_the_file(tmp_path: Path) -> None:
    path = tmp_path / "site.json"
    with pytest.raises(UnreadableSite, match=f"^{path}: cannot be read: No such file"):
        load_site(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(UnreadableSite, match=f"^{path}: is no text in UTF-8$"):
        load_site(path)
    with pytest.raises(UnreadableSite, match=f"^{tmp_path}: cannot be read: Is a directory"):
        load_site(tmp_path)


def test_a_file_that_is_too_large_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harvester_net.harvester.site.reading.LARGEST", 1024**2)
    path = tmp_path / "site.json"
    path.write_text(" " * (1024**2 + 1))
    with pytest.raises(UnreadableSite, match="is larger than a site can be, 1 MiB"):
        load_site(path)


def test_too_many_objects_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harvester_net.harvester.site.reading.MOST", 10)
    with pytest.raises(reading.UnreadableSite, match="has more than 10 objects"):
        reading.parse(written(document()))


def test_version_is_that_of_the_document_or_of_other_labs() -> None:
    assert Site(document()).version == VERSION
    assert Site(document({}, "")).version == "v1.8.2"
