"""The storage and RWX networks around an MTU change: shared, dedicated, and stuck half way."""

from __future__ import annotations

from typing import Any

from harvester_net.lab.faults import VolumeStaysAttached
from lab import Lab
from tests.e2e.failures import faults
from tests.e2e.stack import Stack, resource
from tests.e2e.waiting import eventually

from .picture import picture
from .site import FULL_CONSENT, Vm, make_vms, phase, program
from .test_cases import with_mtu

RWX = "/apis/harvesterhci.io/v1beta1/settings/rwx-network"
LONGHORN = "/apis/longhorn.io/v1beta2/namespaces/longhorn-system"
ENDPOINT = f"{LONGHORN}/settings/endpoint-network-for-rwx-volume"
OFF = '{"share-storage-network":false}'
SHARED = '{ "share-storage-network": true }'
KUBEVIRT = "/apis/kubevirt.io/v1/namespaces/harvester-system/kubevirts/kubevirt"
PODS = "/api/v1/namespaces/harvester-system/pods"


def site(stack: Stack, mtu: int, **consent: object) -> Stack:
    given = {**FULL_CONSENT, **consent}
    return stack.program(*program(configs=5, mtu=mtu, storage=True, consent=given))


def with_every_setting(stack: Stack, mtu: int) -> Stack:
    """The site with an RWX network and a VM migration network of their own."""
    after = {"depends_on": ["@storage"]}
    own: dict[str, Any] = {"cluster_network": "@cn-data", "options": after}
    return stack.program(
        *program(configs=5, mtu=mtu, storage=True, consent=FULL_CONSENT),
        resource("RwxNetwork", "rwx", vlan=301, range="192.168.8.0/24", **own),
        resource("VmMigrationNetwork", "migration", vlan=302, range="192.168.9.0/24", **own),
    )


def migrations_go_over(lab: Lab) -> str:
    """The network that KubeVirt is told, if every virt-handler says that it is on it."""
    told = lab.client.get(KUBEVIRT)["spec"]["configuration"]["migrations"]["network"]
    pods = [
        pod
        for pod in lab.client.list(PODS)["items"]
        if (pod["metadata"].get("labels") or {}).get("kubevirt.io") == "virt-handler"
    ]
    on_it = [f'"harvester-system/{told}"' in str(pod["metadata"]) for pod in pods]
    return (
        told
        if len(pods) == len(lab.client.list("/api/v1/nodes")["items"]) and all(on_it)
        else ""
    )


def test_the_networks_of_all_settings_are_made_cleared_for_a_change_and_set_again(
    stack: Stack, wide_lab: Lab
) -> None:
    with_every_setting(stack, 1500).up().succeeded()
    first = migrations_go_over(wide_lab)
    assert first.startswith("vm-migration-network-")
    make_vms(wide_lab, (Vm("web", "Always"),))
    before = picture(wide_lab)
    shown = with_every_setting(stack, 9000).preview().succeeded().output
    for title in (
        "reset the RWX network",
        "set the RWX network again",
        "clear the VM migration network",
        "wait until the pods of virt-handler have left it",
        "set the VM migration network: 192.168.9.0/24, VLAN 302 on cn-data",
        "wait until the pods of virt-handler are on the VM migration network",
    ):
        assert title in shown
    with_every_setting(stack, 9000).up().succeeded()
    assert picture(wide_lab) == with_mtu(before, 9000)
    again = migrations_go_over(wide_lab)
    assert again not in ("", first)
    stack.program(*program(configs=5, mtu=9000, storage=True, consent=FULL_CONSENT))
    stack.up().succeeded()
    assert not endpoint(wide_lab)
    assert "network" not in wide_lab.client.get(KUBEVIRT)["spec"]["configuration"].get(
        "migrations", {}
    )


def test_the_rwx_network_comes_back_exactly_as_it_was(stack: Stack, wide_lab: Lab) -> None:
    text = SHARED
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
