"""What Harvester's webhook completes and refuses in VMs: answers that the real one gave."""

from __future__ import annotations

from typing import Any

import pytest

from harvester_net.cluster.resources import NAD, Object
from harvester_net.lab.apiserver.objects import copied
from harvester_net.lab.webhooks import quantities
from harvester_net.lab.webhooks.harvester_checks import HarvesterVmValidator
from harvester_net.lab.webhooks.harvester_defaults import HarvesterVmMutator
from harvester_net.lab.webhooks.virtual_machines import vm_mutators, vm_validators

from ..controllers.vm_state import VmWorld, claim, vm_world
from .vm_requests import (
    BRIDGED,
    MAC,
    POD_NETWORK,
    connected,
    domain,
    mutated,
    noted,
    on_network,
    refusal,
    request,
    setting,
    template,
    vm,
    vm_network,
    words,
)

VLAN = vm_network("vlan-1", "cn-data")
OWN_MAC = "02:00:00:00:00:02"
HOSTNAME = {"key": "kubernetes.io/hostname", "operator": "In", "values": ["node1"]}
ON_DATA = {"key": "network.harvesterhci.io/cn-data", "operator": "In", "values": ["true"]}
ON_OLD = {"key": "network.harvesterhci.io/old", "operator": "In", "values": ["true"]}


def completed(obj: Object, old: Object | None = None, *there: Object) -> Object:
    return mutated(HarvesterVmMutator(vm_world(*there)), obj, old)


def judged(obj: Object, old: Object | None = None, *there: Object) -> Object:
    return refusal(HarvesterVmValidator(vm_world(*there)), obj, old)


@pytest.mark.parametrize(
    ("limits", "notes", "requests", "guest"),
    [
        ({"memory": "64Mi", "cpu": "1"}, {}, {"memory": "42Mi", "cpu": "100m"}, "64Mi"),
        ({"memory": "1Gi", "cpu": "2"}, {}, {"memory": "682Mi", "cpu": "200m"}, "1Gi"),
        (
            {"memory": "1500M", "cpu": "1500m"},
            {},
            {"memory": "999292928", "cpu": "150m"},
            "1500M",
        ),
        ({"memory": "4Gi"}, {}, {"memory": "2730Mi"}, "4Gi"),
        ({"memory": "64Mi"}, {"reservedMemory": "16Mi"}, {"memory": "42Mi"}, "48Mi"),
        ({"cpu": "1"}, {}, {"cpu": "100m"}, None),
        ({}, {}, None, None),
    ],
)
def test_vm_asks_for_less_than_its_limits(
    limits: Object, notes: dict[str, str], requests: Object | None, guest: str | None
) -> None:
    found = domain(completed(noted(vm(limits=limits), **notes)))
    assert found["resources"].get("requests") == requests
    assert (found.get("memory") or {}).get("guest") == guest


def test_cluster_says_how_much_less() -> None:
    half = setting("overcommit-config", '{"cpu":200,"memory":200}')
    found = domain(completed(vm(), None, half))
    assert found["resources"]["requests"] == {"memory": "32Mi", "cpu": "500m"}


def test_vm_with_cpus_of_its_own_gets_them_whole() -> None:
    made = completed(vm(domain={"cpu": {"dedicatedCpuPlacement": True}}))
    assert domain(made)["resources"]["requests"] == {"memory": "64Mi", "cpu": "1"}
    (term,) = template(made)["affinity"]["nodeAffinity"][
        "requiredDuringSchedulingIgnoredDuringExecution"
    ]["nodeSelectorTerms"]
    assert [each["key"] for each in term["matchExpressions"]] == ["cpumanager"]


def test_vm_whose_limits_stay_keeps_its_requests() -> None:
    old = completed(vm())
    new = copied(old)
    domain(new)["resources"]["requests"]["memory"] = "20Mi"
    assert domain(completed(new, old))["resources"]["requests"]["memory"] == "20Mi"
    domain(new)["resources"]["limits"]["memory"] = "128Mi"
    assert domain(completed(new, old))["resources"]["requests"]["memory"] == "85Mi"


def test_memory_that_can_be_plugged_in_is_the_guests_own_business() -> None:
    plugged = vm(domain={"memory": {"guest": "32Mi"}})
    made = completed(noted(plugged, enableCPUAndMemoryHotplug="true"))
    assert domain(made)["memory"] == {"guest": "32Mi"}
    assert "maxSockets" not in domain(made)["cpu"]


@pytest.mark.parametrize(
    ("obj", "said"),
    [
        (
            noted(vm(), reservedMemory="1Gi"),
            "reservedMemory can't be equal or greater than limits.memory  1073741824 67108864",
        ),
        (
            vm(limits={"memory": "5Mi"}),
            "guest memory is under the minimum requirement (10 Mi), original: 5242880, final:"
            " 5242880",
        ),
        (vm(limits={"memory": "much"}), quantities.NOT_A_QUANTITY),
        (on_network("x"), 'network-attachment-definitions.k8s.cni.cncf.io "x" not found'),
        (on_network("a/b/c"), "invalid network name a/b/c"),
    ],
)
def test_vm_that_cannot_be_completed_is_refused(obj: Object, said: str) -> None:
    answer = refusal(HarvesterVmMutator(vm_world()), obj)
    assert (answer["code"], words(answer)) == (500, said)
    assert 'webhook "mutator.harvesterhci.io"' in answer["message"]


def test_vm_without_a_domain_cannot_be_patched() -> None:
    bare = vm()
    del template(bare)["domain"]
    answer = refusal(HarvesterVmMutator(vm_world()), bare)
    assert answer["code"] == 500
    assert "doc is missing path: /spec/template/spec/domain/cpu" in answer["message"]


@pytest.mark.parametrize(
    ("before", "sent", "remembered", "after"),
    [
        ("Halted", "Always", "Manual", "Manual"),
        ("Halted", "Always", None, "RerunOnFailure"),
        ("Halted", "Halted", "Manual", "Halted"),
        ("Manual", "Always", "Manual", "Always"),
        ("Always", "Halted", "Always", "Halted"),
    ],
)
def test_vm_that_is_started_runs_as_it_did(
    before: str, sent: str, remembered: str | None, after: str
) -> None:
    notes = {"vmRunStrategy": remembered} if remembered else {}
    made = completed(noted(vm(sent), **notes), noted(vm(before), **notes))
    assert made["spec"]["runStrategy"] == after


def test_new_vm_and_one_with_the_old_field_run_as_they_say() -> None:
    assert completed(vm("Always"))["spec"]["runStrategy"] == "Always"
    old, new = vm(None), vm(None)
    old["spec"]["running"], new["spec"]["running"] = False, True
    assert "runStrategy" not in completed(new, old)["spec"]


def affine(*terms: list[Object], **more: Any) -> Object:
    found = [{"matchExpressions": each} for each in terms]
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": found}}
    return {"nodeAffinity": required} | more


@pytest.mark.parametrize(
    ("network", "given", "written"),
    [
        ("vlan-1", {}, affine([ON_DATA])),
        ("default/vlan-1", None, affine([ON_DATA])),
        ("vlan-1", affine([HOSTNAME]), affine([HOSTNAME, ON_DATA])),
        (
            "vlan-1",
            affine([HOSTNAME], [ON_OLD, HOSTNAME]),
            affine([HOSTNAME, ON_DATA], [HOSTNAME, ON_DATA]),
        ),
        ("vlan-1", affine([ON_OLD]), affine([ON_DATA])),
        ("", affine([ON_OLD, HOSTNAME], [ON_OLD]), affine([HOSTNAME])),
        ("", affine([ON_OLD]), {}),
        ("", {"podAntiAffinity": {}}, {"podAntiAffinity": {}}),
    ],
)
def test_vm_runs_where_its_cluster_networks_are(
    network: str, given: Object | None, written: Object
) -> None:
    made = on_network(network) if network else vm()
    if given is not None:
        template(made)["affinity"] = given
    assert template(completed(made, None, VLAN))["affinity"] == written


def test_what_a_vm_prefers_stays() -> None:
    prefers = {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1}]}
    made = completed(vm(affinity={"nodeAffinity": prefers}))
    assert template(made)["affinity"] == {"nodeAffinity": prefers}


@pytest.mark.parametrize(("given", "written"), [(None, 120), (0, 0), (30, 30)])
def test_guest_has_time_to_end(given: int | None, written: int) -> None:
    made = vm() if given is None else vm(terminationGracePeriodSeconds=given)
    assert template(completed(made))["terminationGracePeriodSeconds"] == written
    longer = setting("default-vm-termination-grace-period-seconds", "300")
    made = completed(made, None, longer)
    assert template(made)["terminationGracePeriodSeconds"] == (300 if given is None else given)


def nics(obj: Object) -> list[Object]:
    found: list[Object] = domain(obj)["devices"]["interfaces"]
    return found


def test_nic_gets_an_address_of_its_own() -> None:
    made = completed(on_network("vlan-1"), None, VLAN)
    (nic,) = nics(made)
    first = int(nic["macAddress"][:2], 16)
    assert first & 0b11 == 0b10
    assert len(nic["macAddress"]) == 17


@pytest.mark.parametrize(
    ("nic", "notes"),
    [({"macAddress": MAC}, {}), ({}, {"mac-address": '{"a":"02:00:00:00:00:01"}'})],
)
def test_nic_whose_address_is_known_keeps_it(nic: Object, notes: dict[str, str]) -> None:
    made = noted(on_network("vlan-1", **nic), **notes)
    assert nics(completed(made, None, VLAN)) == [BRIDGED | nic]


def test_older_harvester_leaves_addresses_to_kubevirt() -> None:
    old = VmWorld((1, 6)).put(VLAN)
    made = mutated(HarvesterVmMutator(old), on_network("vlan-1"))
    assert nics(made) == [BRIDGED]


@pytest.mark.parametrize(
    ("obj", "code", "said"),
    [
        (
            noted(vm(), volumeClaimTemplates="{}"),
            422,
            "the volumeClaimTemplates annotaion is invalid: json: cannot unmarshal object into"
            " Go value of type []util.VolumeClaimTemplateEntry",
        ),
        (
            noted(vm(), volumeClaimTemplates='[{"metadata":{}}]'),
            422,
            "the volumeClaimTemplates annotaion is invalid: PVC name is required",
        ),
        (
            vm(terminationGracePeriodSeconds=-5),
            422,
            "Termination grace period can't be negative",
        ),
        (
            vm(limits={"cpu": "1"}),
            422,
            "either memory.guest or resources.limits.memory must be set",
        ),
        (on_network("x", macAddress=MAC), 500, ""),
    ],
)
def test_vm_is_refused(obj: Object, code: int, said: str) -> None:
    answer = judged(obj)
    assert answer["code"] == code
    assert words(answer) == said or (not said and "not found" in words(answer))
    assert 'webhook "validator.harvesterhci.io"' in answer["message"]


def test_vm_with_both_fields_is_refused() -> None:
    both = vm("Always")
    both["spec"]["running"] = True
    assert words(judged(both)) == "running and runstrategy are mutually exclusive"
    both["spec"]["runStrategy"] = "Halted"
    assert judged(both) == {}


def maintained(strategy: str) -> Object:
    made = vm()
    made["metadata"]["labels"] = {"harvesterhci.io/maintain-mode-strategy": strategy}
    return made


@pytest.mark.parametrize(
    ("strategy", "old", "refused"),
    [
        ("Migrate", None, False),
        ("Dance", None, True),
        ("Dance", vm(), True),
        ("Dance", maintained("Dance"), False),
    ],
)
def test_maintenance_is_done_in_one_of_few_ways(
    strategy: str, old: Object | None, refused: bool
) -> None:
    answer = judged(maintained(strategy), old)
    said = words(answer) if answer else ""
    assert said == ("invalid maintenance mode strategy: Dance" if refused else "")


def with_disk(name: str) -> Object:
    made = vm(volumes=[{"name": "d", "persistentVolumeClaim": {"claimName": "disk"}}])
    made["metadata"]["name"] = name
    return made


@pytest.mark.parametrize(
    ("modes", "other", "refused"),
    [
        (["ReadWriteOnce"], "vm2", True),
        (["ReadWriteOnce"], "vm1", False),
        (["ReadWriteMany"], "vm2", False),
    ],
)
def test_volume_that_cannot_be_shared_has_one_vm(
    modes: list[str], other: str, refused: bool
) -> None:
    disk = claim("disk")
    disk["spec"]["accessModes"] = modes
    answer = judged(with_disk("vm1"), None, disk, with_disk(other))
    said = words(answer) if answer else ""
    shared = "PVC default/disk is already used by other VM, please use a shareable RWX volume."
    assert said == (shared if refused else "")


def second(obj: Object, name: str = "vm2", namespace: str = "default") -> Object:
    return obj | {"metadata": {"name": name, "namespace": namespace, "uid": "u2"}}


OTHER_VLAN = vm_network("vlan-2", "cn-data")
ELSEWHERE = vm_network("vlan-3", "cn-other")


@pytest.mark.parametrize(
    ("other", "refused"),
    [
        (second(on_network("vlan-1", macAddress=MAC)), "cn-data"),
        (second(on_network("default/vlan-2", macAddress=MAC)), "cn-data"),
        (second(on_network("vlan-3", macAddress=MAC)), ""),
        (second(on_network("vlan-1", macAddress=OWN_MAC)), ""),
        (on_network("vlan-1", macAddress=MAC), ""),
    ],
)
def test_address_is_used_once_in_a_cluster_network(other: Object, refused: str) -> None:
    there = (VLAN, OTHER_VLAN, ELSEWHERE, other)
    made = on_network("vlan-1", macAddress=MAC)
    answer = judged(made, None, *there)
    said = words(answer) if answer else ""
    duplicate = f"duplicate mac address present for vm vm1 for cluster network {refused}"
    assert said == (duplicate if refused else "")
    assert judged(made, made, *there) == {}


def test_address_on_the_pod_network_is_compared_with_its_like() -> None:
    nic = BRIDGED | {"macAddress": MAC}
    made = connected([POD_NETWORK], [nic])
    answer = judged(made, None, second(made))
    assert words(answer) == "duplicate mac address present for vm vm1 for cluster network "


def test_webhook_that_is_away() -> None:
    away = {"answers": lambda program: program != "harvester-webhook"}
    assert mutated(HarvesterVmMutator(vm_world(), **away), vm()) == vm()
    answer = refusal(HarvesterVmValidator(vm_world(), **away), vm())
    assert answer["code"] == 500
    assert 'no endpoints available for service "harvester-webhook"' in answer["message"]


def test_webhooks_ask_nothing_of_what_goes_or_only_tells() -> None:
    bad = vm(terminationGracePeriodSeconds=-5)
    world = vm_world()
    HarvesterVmValidator(world)(request(None, bad))
    HarvesterVmMutator(world)(request(None, bad))
    assert refusal(HarvesterVmValidator(world), bad, vm(), subresource="status") == {}
    going = vm()
    going["metadata"]["deletionTimestamp"] = "now"
    assert completed(going, going) == going


def test_all_webhooks_together_take_a_plain_vm() -> None:
    world = vm_world(VLAN)
    made = on_network("vlan-1")
    for admit in (*vm_mutators(world), *vm_validators(world)):
        admit(request(made))
    assert domain(made)["machine"]["type"]
    assert nics(made)[0]["macAddress"]
    assert world.of(NAD)


@pytest.mark.parametrize(
    ("text", "again"),
    [
        ("64Mi", "64Mi"),
        ("1Gi", "1Gi"),
        ("1024Mi", "1Gi"),
        ("1.5Gi", "1536Mi"),
        ("1500M", "1500M"),
        ("1000M", "1G"),
        ("100m", "100m"),
        ("2", "2"),
        ("0.5", "500m"),
        ("0", "0"),
    ],
)
def test_quantities_are_written_in_their_largest_unit(text: str, again: str) -> None:
    binary = quantities.is_binary(text)
    assert quantities.written(quantities.parsed(text), binary) == again


@pytest.mark.parametrize("text", ["", "x", "1X", "1 Mi", "--1", "1.2.3"])
def test_text_that_is_no_quantity(text: str) -> None:
    with pytest.raises(ValueError, match="quantities must match"):
        quantities.parsed(text)
    assert not quantities.is_binary(text)
