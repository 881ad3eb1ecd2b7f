"""KubeVirt's kinds that a network has to do with.

They take any content, as the real schemas are 40 kB each. Checked is what somebody may forget
in a VM, and filled in what virt-controller leaves to the server.
"""

from __future__ import annotations

from harvester_net.lab.manifests.definitions.definition import Group
from harvester_net.lab.manifests.definitions.schema import (
    Object,
    boolean,
    open_fields,
    root,
    string,
)

KUBEVIRT = Group("kubevirt.io", "v1", older=("v1alpha3",))
_AGE = "Age .metadata.creationTimestamp date"
_READY = "Ready .status.conditions[?(@.type=='Ready')].status"


def kubevirt() -> list[Object]:
    return [virtual_machine(), instance(), migration(), kubevirt_itself()]


def virtual_machine() -> Object:
    spec = open_fields(
        "template",
        running=boolean(),
        runStrategy=string(),
        template=open_fields(spec=_instance_spec()),
    )
    status = open_fields(printableStatus=string(default="Stopped"))
    return KUBEVIRT.kind(
        "VirtualMachine",
        root("spec", spec=spec, status=status),
        short="vm vms",
        categories="all",
        status=True,
        columns=(_AGE, "Status .status.printableStatus", _READY),
    )


def instance() -> Object:
    """Its status is no subresource."""
    return KUBEVIRT.kind(
        "VirtualMachineInstance",
        root("spec", spec=_instance_spec(), status=open_fields()),
        short="vmi vmis",
        categories="all",
        columns=(
            _AGE,
            "Phase .status.phase",
            "IP .status.interfaces[0].ipAddress",
            "NodeName .status.nodeName",
            _READY,
        ),
    )


def migration() -> Object:
    return KUBEVIRT.kind(
        "VirtualMachineInstanceMigration",
        root("spec", spec=open_fields(vmiName=string()), status=open_fields()),
        short="vmim vmims",
        categories="all",
        status=True,
        columns=("Phase .status.phase", "VMI .spec.vmiName"),
    )


def kubevirt_itself() -> Object:
    return KUBEVIRT.kind(
        "KubeVirt",
        root("spec", spec=open_fields(), status=open_fields()),
        short="kv kvs",
        categories="all",
        status=True,
        columns=(_AGE, "Phase .status.phase"),
    )


def _instance_spec() -> Object:
    return open_fields("domain", domain=open_fields("devices", devices=open_fields()))
