"""Claims that a VM has as a disk stay."""

from __future__ import annotations

import pytest

from harvester_net.cluster.resources import CLAIM, VM, Object, Resource
from harvester_net.lab.apiserver.admission import AdmissionRequest, Operation, User
from harvester_net.lab.apiserver.errors import StatusError
from harvester_net.lab.apiserver.resources import Resource as Served
from harvester_net.lab.webhooks.claims import ClaimValidator
from tests.unit.lab.controllers.state import World
from tests.unit.lab.controllers.vm_state import claim, vm

DISK = {"name": "root", "persistentVolumeClaim": {"claimName": "disk"}}


def request(kind: Resource, old: Object, operation: Operation = "DELETE") -> AdmissionRequest:
    group, _, version = kind.api.rpartition("/")
    served = Served(group, version, kind.kind, kind.plural)
    name = old["metadata"]["name"]
    return AdmissionRequest(operation, served, "default", name, User("admin"), None, old=old)


def with_vm(*volumes: Object) -> World:
    return World().put(claim("disk")).put(vm("Halted", volumes=list(volumes)))


def test_claim_of_a_vm_is_not_deleted_though_it_is_halted() -> None:
    with pytest.raises(StatusError) as refused:
        ClaimValidator(with_vm(DISK))(request(CLAIM, claim("disk")))
    said = refused.value.status
    assert (said["code"], said["reason"]) == (409, "Conflict")
    assert said["message"].endswith("currently attached to VM: default/vm1")


def test_other_claims_and_other_writes_are_no_concern() -> None:
    validator = ClaimValidator(with_vm(DISK))
    validator(request(CLAIM, claim("other")))
    validator(request(CLAIM, claim("disk"), "UPDATE"))
    validator(request(VM, vm()))
    ClaimValidator(with_vm())(request(CLAIM, claim("disk")))


def test_claim_stays_while_the_webhook_is_away() -> None:
    validator = ClaimValidator(with_vm(), answers=lambda program: False)
    with pytest.raises(StatusError, match="failed calling webhook"):
        validator(request(CLAIM, claim("disk")))
