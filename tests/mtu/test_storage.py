"""The storage and RWX networks around an MTU change: shared, dedicated, and stuck half way."""

from __future__ import annotations

import json

import pytest

from harvester_net.lab.faults import VolumeStaysAttached
from lab import Lab
from tests.e2e.failures import faults
from tests.e2e.stack import Stack
from tests.e2e.waiting import eventually

from .picture import picture
from .site import FULL_CONSENT, Vm, make_vms, phase, program
from .test_cases import with_mtu

RWX = "/apis/harvesterhci.io/v1beta1/settings/rwx-network"
LONGHORN = "/apis/longhorn.io/v1beta2/namespaces/longhorn-system"
ENDPOINT = f"{LONGHORN}/settings/endpoint-network-for-rwx-volume"
OFF = '{"share-storage-network":false}'
SHARED = '{ "share-storage-network": true }'
DEDICATED = json.dumps(
    {
        "share-storage-network": False,
        "network": {"vlan": 301, "clusterNetwork": "cn-data", "range": "192.168.8.0/24"},
    }
)


def site(stack: Stack, mtu: int, **consent: object) -> Stack:
    given = {**FULL_CONSENT, **consent}
    return stack.program(*program(configs=5, mtu=mtu, storage=True, consent=given))


@pytest.mark.parametrize("text", [SHARED, DEDICATED], ids=["shared", "dedicated"])
def test_the_rwx_network_comes_back_exactly_as_it_was(
    stack: Stack, wide_lab: Lab, text: str
) -> None:
    site(stack, 1500).up().succeeded()
    wide_lab.client.merge_patch(RWX, {"value": text})
    try:
        eventually(lambda: endpoint(wide_lab))
        make_vms(wide_lab, (Vm("web", "Always"),))
        before = picture(wide_lab)
        shown = site(stack, 9000).preview().succeeded().output
        assert "reset the RWX network" in shown
        assert "set the RWX network again" in shown
        site(stack, 9000).up().succeeded()
        after = picture(wide_lab)
        assert after["setting rwx-network"] == text
        assert same_but_rwx(after) == same_but_rwx(with_mtu(before, 9000))
        assert endpoint(wide_lab)
    finally:
        wide_lab.client.merge_patch(RWX, {"value": OFF})
        eventually(lambda: not endpoint(wide_lab))


def test_a_volume_that_stays_attached_stops_the_change_before_anything_is_cleared(
    stack: Stack, wide_lab: Lab
) -> None:
    site(stack, 1500).up().succeeded()
    make_vms(wide_lab, (Vm("web", "Always"),))
    before = picture(wide_lab)
    wide_lab.client.create(f"{LONGHORN}/volumes", VOLUME)
    try:
        with faults(wide_lab, VolumeStaysAttached(name="stuck")):
            volume = f"{LONGHORN}/volumes/stuck"
            eventually(lambda: state(wide_lab.client.get(volume)) == "attached")
            failed = site(stack, 9000, storage_timeout_seconds=4).up().failed().output
            assert "volumes to be detached: stuck" in " ".join(failed.split())
            assert (
                picture(wide_lab)["setting storage-network"]
                == before["setting storage-network"]
            )
        site(stack, 9000).up().succeeded()
        assert picture(wide_lab) == with_mtu(before, 9000)
        assert phase(wide_lab, "web") == "Running"
    finally:
        wide_lab.client.delete(f"{LONGHORN}/volumes/stuck")


VOLUME = {
    "apiVersion": "longhorn.io/v1beta2",
    "kind": "Volume",
    "metadata": {"name": "stuck", "namespace": "longhorn-system"},
    "spec": {"size": "1073741824", "numberOfReplicas": 3, "frontend": "blockdev"},
}


def state(volume: dict[str, object]) -> object:
    """What Longhorn says of a volume."""
    status = volume.get("status")
    return status.get("state") if isinstance(status, dict) else None


def endpoint(lab: Lab) -> str:
    """The network that Longhorn uses for its RWX volumes; empty if none."""
    return str(lab.client.get(ENDPOINT).get("value") or "")


def same_but_rwx(seen: dict[str, object]) -> dict[str, object]:
    """A picture without the network that Harvester makes for RWX, which has a new name."""
    return {key: value for key, value in seen.items() if "/rwx-network-" not in key}
