"""One line for a preview, and how much it does."""

from __future__ import annotations

import pytest

from harvester_net.review.preview import Change, Diagnostic, Operation, Preview
from harvester_net.review.steps import ChangePlan
from harvester_net.review.verdict import Level, level_of, verdict
from harvester_net.specs.provider import OFFLINE
from harvester_net.urns import Urn

from .recordings import preview

WEB = Urn("dev", "networks", "harvester-net:index:VmNetwork", "web")
OTHER = Urn("dev", "networks", "kubernetes:core/v1:ConfigMap", "map")
NO_CLUSTER = Diagnostic("warning", Urn(), OFFLINE)
STOP_A, STOP_B = "stop VM default/a (Always)", "stop VM default/b (Always)"
START_A = "start VM default/a (Always)"
VMS = ("default/a", "default/b")


def of(*operations: Operation, **more: object) -> Preview:
    made = tuple(Change(WEB, operation) for operation in operations)
    return Preview("networks", "dev", made, **more)  # type: ignore[arg-type]


def planned(vms: tuple[str, ...], *titles: str) -> Preview:
    return of(Operation.UPDATE, plans={WEB: ChangePlan.of_outputs(titles, vms)})


@pytest.mark.parametrize(
    ("seen", "level", "words"),
    [
        (of(), Level.NOTHING, "✅ **Nothing changes.**"),
        (
            of(diagnostics=(NO_CLUSTER,)),
            Level.NOTHING,
            "✅ **Nothing changes.** · made without the cluster, so that nobody knows what "
            "stands against it",
        ),
        (of(Operation.CREATE), Level.CHANGES, "✅ **No VM is stopped** · 1 created"),
        (
            of(Operation.CREATE, diagnostics=(NO_CLUSTER,)),
            Level.CHANGES,
            "**Changes** · 1 created · made without the cluster, so that nobody knows what "
            "stands against it",
        ),
        (
            of(Operation.DELETE, Operation.UPDATE, others={Operation.UPDATE: 2}),
            Level.CHANGES,
            "⚠️ **Networks are deleted or replaced**; what stands against it, only `pulumi up` "
            "tells · 1 deleted, 3 changed",
        ),
        (
            planned(("default/a",), STOP_A, START_A),
            Level.INTERRUPTS,
            "⚠️ **1 VM stops and starts again** · 1 changed",
        ),
        (
            planned(VMS, STOP_A, STOP_B, START_A),
            Level.INTERRUPTS,
            "⚠️ **2 VMs stop, 1 of them stays down** · 1 changed",
        ),
        (
            planned(VMS, STOP_A, STOP_B),
            Level.INTERRUPTS,
            "⚠️ **2 VMs stop, and nothing starts them again** · 1 changed",
        ),
        (
            planned((), "clear the storage network", "reset the RWX network"),
            Level.INTERRUPTS,
            "⚠️ **The storage network is down for a while, the RWX network is down for a "
            "while** · 1 changed",
        ),
        (
            of(diagnostics=(Diagnostic("error", WEB, "vlan: 4095 is not a VLAN ID"),)),
            Level.REFUSED,
            "🛑 **Refused: nothing can be applied until this is resolved**",
        ),
        (
            of(diagnostics=(Diagnostic("error", OTHER, "no"),)),
            Level.REFUSED,
            "🛑 **The preview failed: what would change is not known**",
        ),
        (
            of(complete=False),
            Level.REFUSED,
            "🛑 **The preview did not come to its end: what would change is not known**",
        ),
    ],
)
def test_verdict(seen: Preview, level: Level, words: str) -> None:
    assert (level_of(seen), verdict(seen).markdown) == (level, words)


def test_verdict_of_what_is_not_wholly_known_says_at_least() -> None:
    assert verdict(preview("mtu")).markdown.startswith("⚠️ **40 VMs stop and start again, the ")
    assert verdict(preview("mtu", "json")).markdown.startswith(
        "⚠️ **At least 40 VMs stop and start "
    )
