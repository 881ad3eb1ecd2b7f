"""A whole stack in use is deleted: with consent VMs stop for it; what holds it is named."""

from __future__ import annotations

from lab import Lab
from tests.e2e.stack import Stack

from .picture import NETWORK
from .site import FULL_CONSENT, Vm, delete_vms, make_vms, phase, program

SETTING = "/apis/harvesterhci.io/v1beta1/settings/storage-network"


def site(stack: Stack, **consent: object) -> Stack:
    made = program(configs=1, mtu=1500, storage=True, consent=consent or None)
    config = next(item for item in made if item["kind"] == "NetworkConfig")
    if consent:
        config["args"]["disruption"] = consent
    return stack.program(*made)


def test_without_consent_the_vms_are_named_and_run_on(stack: Stack, wide_lab: Lab) -> None:
    site(stack).up().succeeded()
    make_vms(wide_lab, (Vm("web", "Always"),))
    failed = " ".join(stack.destroy().failed().output.split())
    assert "Harvester does not clear the storage network while VMs run; stop default/web" in (
        failed
    )
    assert phase(wide_lab, "web") == "Running"
    assert wide_lab.client.get(SETTING)["value"]


def test_with_consent_vms_stop_and_a_vm_that_names_a_network_is_named(
    stack: Stack, wide_lab: Lab
) -> None:
    site(stack, **FULL_CONSENT).up().succeeded()
    make_vms(wide_lab, (Vm("web", "Always"),))
    failed = " ".join(stack.destroy().failed().output.split())
    assert not wide_lab.client.get(SETTING).get("value")
    # Only the VM's owner can take the network out of its spec; Harvester insists on it.
    assert "VmNetwork default/vm200 cannot be deleted while it is used by VM default/web" in (
        failed
    )
    delete_vms(wide_lab)
    stack.destroy().succeeded()
    left = wide_lab.client.list(f"{NETWORK}/vlanconfigs")["items"]
    assert left == []
