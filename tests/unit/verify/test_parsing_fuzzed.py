"""Answers of pods, and annotations of others' pods: read, or Unreadable."""

from __future__ import annotations

import base64
import gzip
import json
from contextlib import suppress
from ipaddress import IPv4Address

from hypothesis import given
from hypothesis import strategies as st

from harvester_net.verify.devices import Devices
from harvester_net.verify.findings import Expected, findings, notes
from harvester_net.verify.outcome import Outcome
from harvester_net.verify.parsing import Unreadable, devices_in, pinged_in
from harvester_net.verify.pinging import ping_plan, pings_of
from harvester_net.verify.port_owners import attached_workloads
from harvester_net.verify.values import document

from ..fuzzed import JSON, Value, broken, changed, fuzzed, texts
from . import recorded
from .nodes_world import pinged

INET = {"family": "inet", "local": "10.1.0.7", "prefixlen": 24}
PARTS = {
    "bond": [recorded.bond()],
    "members": [recorded.member("ens1", 3, 9000), recorded.member("ens2", 4, 9000, "DOWN")],
    "bridge": [recorded.link("data-br", 21, 9000)],
    "vlans": recorded.vlans("data-bo", 100, (200, 210)),
    "address": [{"ifname": "data-br", "addr_info": [INET]}],
}
PORTS = "ports 1500 2\nport veth0 veth 1500 52:54:00:aa:00:01\nleftover hnv-1-00aa\narp all 2"
NETWORK_STATUS = [{"name": "default/web", "mac": "52:54:00:aa:00:01", "interface": "net1"}]


def answer(parts: Value) -> str:
    words = parts.items() if isinstance(parts, dict) else [("bond", parts)]
    lines = (f"{word} {json.dumps(part)}" for word, part in words)
    return "\n".join(["look 1", *lines, PORTS])


LOOKS = texts(PARTS, write=answer)
PACKED = LOOKS.map(lambda text: gzip.compress(text.encode(errors="replace"), 1))
MESSAGES = (
    LOOKS
    | broken(PORTS).map(lambda ports: f"look 1\n{ports}")
    | (PACKED | st.binary()).map(lambda packed: f"gz {base64.b64encode(packed).decode()}")
    | st.text().map(lambda text: f"gz {text}")
)


@fuzzed
@given(MESSAGES)
def test_answer_about_the_devices_is_read_or_unreadable(message: str) -> None:
    with suppress(Unreadable):
        _use(devices_in(message, "node1", "data"))


def _use(seen: Devices) -> None:
    """What a check does with it: whatever was read can be judged, shown and pinged."""
    assert seen.address == "" or str(IPv4Address(seen.address)) == seen.address
    assert all(0 <= vlan <= 4095 for vlan in seen.vlans)
    expected = Expected("data", 9000, vm_networks={"default/web": frozenset({100})})
    found = (*findings(seen, expected), *notes(seen, expected))
    assert all(str(finding).isprintable() for finding in found)
    outcome = Outcome("data", 9000, 100, {"node1": seen}, findings=found)
    json.dumps(document(outcome), allow_nan=False)
    ping_plan({"node1": seen, "node2": seen}, "data", 100, 9000, {})


@fuzzed
@given(broken(pinged("1 2", usual="3", none="4")) | texts(PARTS))
def test_answer_about_the_pings_is_read_or_unreadable(message: str) -> None:
    with suppress(Unreadable):
        report = pinged_in(message)
        nodes = {node: Devices(node, vlans=frozenset({100})) for node in ("node1", "node2")}
        plan, _ = ping_plan(nodes, "data", 100, 9000, {})
        assert plan is not None
        pings_of(plan, {"node1": report})


@fuzzed
@given(texts(NETWORK_STATUS))
def test_annotation_of_a_pod_names_its_addresses_or_none(text: str) -> None:
    pod = {
        "metadata": {
            "name": "a",
            "namespace": "b",
            "annotations": {"k8s.v1.cni.cncf.io/network-status": text},
        },
        "spec": {},
    }
    attached_workloads({"default/web"}, [], [pod])


@fuzzed
@given(JSON | changed(PARTS))
def test_any_json_as_a_device_is_read_or_unreadable(value: Value) -> None:
    for word in PARTS:
        with suppress(Unreadable):
            devices_in(f"look 1\n{word} {json.dumps(value)}", "node1", "data")


def test_there_is_something_to_read() -> None:
    seen = devices_in(answer(PARTS), "node1", "data")
    assert seen.bond is not None
    assert seen.is_connected
    assert (seen.address, seen.ports.count) == ("10.1.0.7", 2)
