"""Reasons, each for itself, with resource and property."""

from __future__ import annotations

import pytest

from harvester_net.review.preview import Diagnostic
from harvester_net.review.refusals import Reason, reasons
from harvester_net.urns import Urn

from .recordings import preview

NC = Urn("dev", "networks", "harvester-net:index:NetworkConfig", "nc")
OTHER = Urn("dev", "networks", "kubernetes:core/v1:ConfigMap", "map")
NONE = Urn()


@pytest.mark.parametrize(
    ("urn", "text", "seen"),
    [
        (
            NC,
            "harvester-net:index:NetworkConfig resource 'nc' has a problem: "
            "uplink.nics[1]: eno2 is listed twice",
            [Reason("nc", "uplink.nics[1]", "eno2 is listed twice")],
        ),
        (
            NONE,
            "harvester-net:index:NetworkConfig resource 'nc' has a problem: needs an uplink",
            [Reason("nc", "", "needs an uplink")],
        ),
        (
            NC,
            "mtu: 9001 is out of range; use 576 to 9000 bytes, or 0 for 1500",
            [
                Reason(
                    "nc", "mtu", "9001 is out of range; use 576 to 9000 bytes, or 0 for 1500"
                )
            ],
        ),
        (
            NC,
            "MTU of data: 1500 -> 9000: refused, and nothing was changed:\n"
            "  - 2 VMs must be stopped: a, b; allow it with disruption.stopVms: true\n"
            "  - volume x is attached",
            [
                Reason(
                    "nc",
                    "",
                    "MTU of data: 1500 -> 9000: 2 VMs must be stopped: a, b; "
                    "allow it with disruption.stopVms: true",
                ),
                Reason("nc", "", "MTU of data: 1500 -> 9000: volume x is attached"),
            ],
        ),
        (OTHER, "spec: is immutable", [Reason("map", "", "spec: is immutable")]),
        (NONE, "Expecting value", [Reason("", "", "Expecting value")]),
        (
            NC,
            "error: is no property\nline 2",
            [Reason("nc", "error", "is no property\nline 2")],
        ),
    ],
)
def test_reasons(urn: Urn, text: str, seen: list[Reason]) -> None:
    said = Diagnostic("error", urn, text)
    assert reasons([said, said]) == seen


def test_the_recorded_refusal_says_what_would_allow_it() -> None:
    found = reasons(preview("refused").errors)
    assert [it.resource for it in found] == ["cn-data", "cn-data"]
    assert [it.words.rpartition("; ")[2] for it in found] == [
        "allow it with disruption.stopVms: true",
        "allow it with disruption.cycleStorageNetwork: true",
    ]
