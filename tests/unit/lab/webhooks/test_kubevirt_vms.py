"""What virt-api completes and refuses: each answer is one that the real one gave."""

from __future__ import annotations

from typing import Any

import pytest

from harvester_net.cluster.resources import MIGRATION, VMI, Object
from harvester_net.lab.apiserver.objects import copied
from harvester_net.lab.simulators.machines import architecture
from harvester_net.lab.users import USERS
from harvester_net.lab.webhooks.kubevirt_checks import VirtApiValidator
from harvester_net.lab.webhooks.kubevirt_defaults import VirtApiMutator

from ..controllers.vm_state import vm_world
from .vm_requests import (
    BRIDGED,
    POD_NETWORK,
    connected,
    domain,
    mutated,
    refusal,
    request,
    template,
    vm,
    words,
)

NIC = "spec.template.spec.domain.devices.interfaces"
NETWORK = "spec.template.spec.networks"
DISK = "spec.template.spec.domain.devices.disks"
HANDLER = USERS["kubevirt-handler"]


def instance(phase: str = "Running", **spec: Any) -> Object:
    memory = {"resources": {"requests": {"memory": "64Mi"}}}
    return {
        "apiVersion": VMI.api,
        "kind": VMI.kind,
        "metadata": {"name": "vm1", "namespace": "default", "uid": "u1"},
        "spec": {"domain": {"devices": {}} | memory} | spec,
        "status": {"phase": phase},
    }


def migration(name: str = "m1", **spec: Any) -> Object:
    meta = {"name": name, "namespace": "default"}
    return {"apiVersion": MIGRATION.api, "kind": MIGRATION.kind, "metadata": meta} | {
        "spec": spec
    }


def judged(obj: Object, old: Object | None = None, *there: Object, **more: Any) -> Object:
    return refusal(VirtApiValidator(vm_world(*there)), obj, old, **more)


def causes(answer: Object) -> list[tuple[str, str, str]]:
    return [
        (each.get("field", ""), each.get("reason", ""), each["message"])
        for each in answer["details"]["causes"]
    ]


def test_new_vm_has_a_machine_and_a_firmware_of_its_own() -> None:
    first, second = (mutated(VirtApiMutator(), vm()) for _ in range(2))
    assert template(first)["architecture"] == architecture()
    assert domain(first)["machine"]["type"] in ("q35", "virt")
    assert {*domain(first)["firmware"]} == {"uuid", "serial"}
    assert domain(first)["firmware"] != domain(second)["firmware"]
    assert first["spec"]["template"]["metadata"] == {"creationTimestamp": None}


def test_vm_keeps_what_it_has() -> None:
    own = {"firmware": {"uuid": "1-2"}, "machine": {"type": "pc-q35-8"}}
    made = mutated(VirtApiMutator(), vm(architecture="arm64", domain=own))
    assert template(made)["architecture"] == "arm64"
    assert domain(made)["machine"]["type"] == "pc-q35-8"
    assert domain(made)["firmware"]["uuid"] == "1-2"


def test_vm_that_is_changed_gets_no_new_firmware() -> None:
    assert "firmware" not in domain(mutated(VirtApiMutator(), vm(), vm()))


@pytest.mark.parametrize(
    ("spec", "missing"),
    [
        ({"template": None}, "spec.template"),
        ({"template": {"spec": {"domain": {}}}}, "spec.template.spec.domain.devices"),
    ],
)
def test_vm_without_a_template_is_refused(spec: Object, missing: str) -> None:
    answer = refusal(VirtApiMutator(), vm() | {"spec": spec})
    assert answer["code"] == 422
    assert words(answer) == f"{missing} in body is required"
    assert answer["details"]["causes"] == [{"message": f"{missing} in body is required"}]


def test_new_instance_is_complete() -> None:
    made = mutated(VirtApiMutator(), instance())
    assert made["metadata"]["finalizers"] == ["kubevirt.io/foregroundDeleteVirtualMachine"]
    assert made["spec"]["networks"] == [{"name": "default", "pod": {}}]
    assert made["spec"]["domain"]["cpu"]["maxSockets"] == 4
    assert made["spec"]["domain"]["memory"]["guest"] == "64Mi"
    assert made["status"]["phase"] == "Pending"


def test_instance_that_wants_no_network_gets_none() -> None:
    devices = {"devices": {"autoattachPodInterface": False}}
    made = mutated(VirtApiMutator(), instance(domain=devices))
    assert "networks" not in made["spec"]
    assert "memory" not in made["spec"]["domain"]


@pytest.mark.parametrize(("user", "phase"), [("joe", "Running"), (HANDLER, "Succeeded")])
def test_only_kubevirt_says_how_an_instance_is(user: str, phase: str) -> None:
    made = mutated(VirtApiMutator(), instance("Succeeded"), instance(), user=user)
    assert made["status"]["phase"] == phase


def test_new_migration_can_be_found_by_its_instance() -> None:
    made = mutated(VirtApiMutator(), migration(vmiName="vm1"))
    assert made["metadata"]["labels"] == {"kubevirt.io/vmi-name": "vm1"}
    assert made["metadata"]["finalizers"] == ["kubevirt.io/migrationJobFinalize"]


def running(runs: bool, strategy: str | None) -> Object:
    made = vm(strategy)
    made["spec"]["running"] = runs
    return made


@pytest.mark.parametrize(
    ("obj", "found"),
    [
        (vm("Foo"), [("spec.runStrategy", "FieldValueInvalid", "Invalid RunStrategy (Foo)")]),
        (vm(None), [("spec.running", "FieldValueInvalid", "RunStrategy must be specified")]),
        (
            running(True, "Always"),
            [
                (
                    "spec.running",
                    "FieldValueInvalid",
                    "Running and RunStrategy are mutually exclusive. Note that Running is"
                    " deprecated, please use RunStrategy instead",
                )
            ],
        ),
        (
            vm("WaitAsReceiver"),
            [
                (
                    "spec.runStrategy",
                    "FieldValueInvalid",
                    "Invalid RunStrategy (WaitAsReceiver), DecentralizedLiveMigration feature"
                    " gate is not enabled in kubevirt resource",
                )
            ],
        ),
        (
            connected([POD_NETWORK], [BRIDGED, BRIDGED]),
            [
                (
                    f"{NIC}[1].name",
                    "FieldValueDuplicate",
                    "Only one interface can be connected to one specific network",
                )
            ],
        ),
        (
            connected([POD_NETWORK, POD_NETWORK | {"name": "b"}], [BRIDGED]),
            [
                (
                    "spec.template.spec.interfaces",
                    "FieldValueDuplicate",
                    "more than one interface is connected to a pod network in"
                    " spec.template.spec.interfaces",
                ),
                (
                    f"{NETWORK}[1].name",
                    "FieldValueRequired",
                    f"{NETWORK}[1].name 'b' not found.",
                ),
            ],
        ),
        (
            connected([POD_NETWORK, {"name": "b"}], [BRIDGED]),
            [
                (f"{NETWORK}[1]", "FieldValueRequired", "should have a network type"),
                (
                    f"{NETWORK}[1].name",
                    "FieldValueRequired",
                    f"{NETWORK}[1].name 'b' not found.",
                ),
            ],
        ),
        (
            connected([{"name": "a", "multus": {}}], [BRIDGED]),
            [
                (
                    f"{NETWORK}[0]",
                    "FieldValueRequired",
                    "CNI delegating plugin must have a networkName",
                )
            ],
        ),
        (
            connected([POD_NETWORK | {"multus": {"networkName": "x"}}], [BRIDGED]),
            [(f"{NETWORK}[0]", "FieldValueRequired", "should have only one network type")],
        ),
        (
            connected([], [BRIDGED]),
            [(f"{NIC}[0].name", "FieldValueInvalid", f"{NIC}[0].name 'a' not found.")],
        ),
        (
            connected([POD_NETWORK], [BRIDGED | {"model": "foo"}]),
            [
                (
                    f"{NIC}[0].model",
                    "FieldValueNotSupported",
                    f"interface {NIC}[0].name uses model foo that is not supported.",
                )
            ],
        ),
        (
            connected([POD_NETWORK], [BRIDGED | {"macAddress": "02:00"}]),
            [
                (
                    f"{NIC}[0].macAddress",
                    "FieldValueInvalid",
                    f"interface {NIC}[0].name has malformed MAC address (02:00).",
                )
            ],
        ),
        (
            connected([POD_NETWORK], [BRIDGED | {"macAddress": "02:00:00:00:00:01:02:03"}]),
            [
                (
                    f"{NIC}[0].macAddress",
                    "FieldValueInvalid",
                    f"interface {NIC}[0].name has too long MAC address"
                    " (02:00:00:00:00:01:02:03).",
                )
            ],
        ),
        (
            connected([POD_NETWORK | {"name": "a.b"}], [BRIDGED | {"name": "a.b"}]),
            [
                (
                    f"{NIC}[0].name",
                    "FieldValueInvalid",
                    "Network interface name can only contain alphabetical characters, numbers,"
                    " dashes (-) or underscores (_)",
                )
            ],
        ),
        (
            connected(
                [{"name": "a", "multus": {"networkName": "x"}}],
                [{"name": "a", "masquerade": {}}],
            ),
            [
                (
                    f"{NIC}[0].name",
                    "FieldValueInvalid",
                    "Masquerade interface only implemented with pod network",
                )
            ],
        ),
        (
            vm(domain={"devices": {"disks": [{"name": "d"}]}}),
            [(f"{DISK}[0].name", "FieldValueInvalid", f"{DISK}[0].Name 'd' not found.")],
        ),
        (
            vm(
                volumes=[{"name": "d", "persistentVolumeClaim": {"claimName": "x"}}],
                domain={"devices": {"disks": [{"name": "d"}, {"name": "d"}]}},
            ),
            [
                (
                    f"{DISK}[1].name",
                    "FieldValueInvalid",
                    f"{DISK}[1] and {DISK}[0] must not have the same Name.",
                )
            ],
        ),
        (
            vm(volumes=[{"name": "d"}]),
            [
                (
                    "spec.template.spec.volumes[0]",
                    "FieldValueInvalid",
                    "spec.template.spec.volumes[0] must have exactly one source type set",
                )
            ],
        ),
        (
            vm(domain={"cpu": {"sockets": 2, "maxSockets": 1}}),
            [
                (
                    "spec.template.spec.domain.cpu.sockets",
                    "FieldValueInvalid",
                    "Number of sockets in CPU topology is greater than the maximum sockets"
                    " allowed",
                )
            ],
        ),
    ],
)
def test_vm_is_refused(obj: Object, found: list[tuple[str, str, str]]) -> None:
    answer = judged(obj)
    assert (answer["code"], answer["reason"]) == (422, "Invalid")
    assert causes(answer) == found
    assert words(answer) == ", ".join(message for _, _, message in found)
    entry = 'admission webhook "virtualmachine-validator.kubevirt.io" denied'
    assert answer["message"].startswith(entry)


@pytest.mark.parametrize(
    "obj",
    [
        vm(),
        connected(
            [POD_NETWORK], [BRIDGED | {"model": "e1000", "macAddress": "02-00-00-00-00-01"}]
        ),
        connected([POD_NETWORK], [{"name": "a", "masquerade": {}}]),
        vm("Foo") | {"metadata": vm()["metadata"] | {"deletionTimestamp": "now"}},
        instance(),
    ],
)
def test_write_is_let_through(obj: Object) -> None:
    assert judged(obj) == {}


def test_status_is_nobodys_business() -> None:
    assert judged(vm("Foo"), vm(), subresource="status") == {}
    VirtApiValidator(vm_world())(request(None, vm("Foo")))


def test_instance_without_memory_is_refused() -> None:
    (found,) = causes(judged(instance(domain={"devices": {}})))
    assert found[1] == "FieldValueRequired"
    assert found[2].startswith("no memory requested, at least one of")


def labelled(name: str) -> Object:
    made = instance()
    made["metadata"]["labels"] = {name: "x"}
    return made


@pytest.mark.parametrize(
    ("user", "obj", "said"),
    [
        ("joe", instance(hostname="new"), "update of VMI object is restricted"),
        (
            "joe",
            labelled("kubevirt.io/nodeName"),
            "modification of the following reserved kubevirt.io/ labels on a VMI object is"
            " prohibited",
        ),
        ("joe", labelled("mine"), ""),
        (HANDLER, instance(hostname="new"), ""),
    ],
)
def test_instance_is_its_vms_business(user: str, obj: Object, said: str) -> None:
    answer = judged(obj, instance(), user=user)
    assert (words(answer) if answer else "") == said


def cannot_move() -> Object:
    made = instance()
    stays = {"type": "LiveMigratable", "status": "False", "reason": "R", "message": "M"}
    made["status"]["conditions"] = [stays]
    return made


@pytest.mark.parametrize(
    ("there", "code", "said"),
    [
        ([], 400, 'the VMI "default/vm1" does not exist'),
        ([instance("Succeeded")], 400, "Cannot migrate VMI in finalized state."),
        ([cannot_move()], 400, "Cannot migrate VMI, Reason: R, Message: M"),
        (
            [instance(), migration("m0", vmiName="vm1")],
            400,
            "in-flight migration detected. Active migration job (uid-1004) is currently"
            " already in progress for VMI vm1.",
        ),
    ],
)
def test_migration_is_refused(there: list[Object], code: int, said: str) -> None:
    answer = judged(migration(vmiName="vm1"), None, *there)
    assert (answer["code"], words(answer)) == (code, said)


def test_migration_is_of_one_instance_for_ever() -> None:
    assert causes(judged(migration())) == [
        ("spec.vmiName", "FieldValueRequired", "vmiName is missing")
    ]
    answer = judged(migration(vmiName="vm2"), migration(vmiName="vm1"))
    assert words(answer) == "update of Migration object's spec is restricted"
    same = migration(vmiName="vm1")
    assert judged(copied(same), same) == {}


def test_instance_migrates_again_when_the_last_one_has_ended() -> None:
    ended = migration("m0", vmiName="vm1") | {"status": {"phase": "Failed"}}
    assert judged(migration(vmiName="vm1"), None, instance(), ended) == {}


@pytest.mark.parametrize(
    ("obj", "mutator", "validator"),
    [
        (vm(), "virtualmachines-mutator", "virtualmachine-validator"),
        (
            instance(),
            "virtualmachineinstances-mutator",
            "virtualmachineinstances-create-validator",
        ),
        (migration(vmiName="vm1"), "migrations-mutator", "migration-create-validator"),
    ],
)
def test_write_fails_while_virt_api_is_away(obj: Object, mutator: str, validator: str) -> None:
    away = {"answers": lambda program: program != "virt-api"}
    for admit, entry in (
        (VirtApiMutator(**away), mutator),
        (VirtApiValidator(vm_world(), **away), validator),
    ):
        answer = refusal(admit, obj)
        assert (answer["code"], answer["reason"]) == (500, "InternalError")
        calling = f'failed calling webhook "{entry}.kubevirt.io": failed to call webhook'
        assert calling in answer["message"]
        assert 'no endpoints available for service "virt-api"' in answer["message"]


def test_other_kinds_pass() -> None:
    other = vm() | {"kind": "Node", "apiVersion": "v1"}
    assert mutated(VirtApiMutator(), other) == other
