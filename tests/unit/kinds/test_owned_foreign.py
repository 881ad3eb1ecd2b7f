"""What has the name of a VM network and is none: named, never read as one, never touched."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from harvester_net.kinds.desired_state import CREATED_BY
from harvester_net.kinds.failures import Refused
from harvester_net.kinds.kind import Live

from ... import objects
from ...cluster import LabApi
from .calls import Run, running, urn_of
from .runs import CONFIG, RACK, VM100, VM_NET

KEY = "default/vm100"
NADS = "network-attachment-definitions"
OVERLAY = {"type": "kube-ovn", "provider": "vm200.default.ovn"}
FOREIGN: dict[str, tuple[Any, str]] = {
    "overlay": (
        OVERLAY,
        "an overlay network of kube-ovn with provider 'vm200.default.ovn' in place of "
        "vm100.default.ovn",
    ),
    "macvlan": ({"type": "macvlan", "master": "eno1"}, "a network of CNI type 'macvlan'"),
    "conflist": ({"plugins": [{"type": "bridge"}]}, "a conflist, a chain of CNI plugins"),
    "no JSON": (
        "{",
        "a network whose CNI config cannot be read (is no JSON: Expecting property name "
        "enclosed in double quotes: line 1 column 2 (char 1))",
    ),
}
each_foreign = pytest.mark.parametrize(("config", "what"), FOREIGN.values(), ids=FOREIGN)
GONE = (
    f"VmNetwork {KEY} is gone: the object of its name is {FOREIGN['overlay'][1]} now, which "
    "stays untouched"
)


@pytest.fixture
async def run(api: LabApi) -> AsyncIterator[Run]:
    api.put(objects.cluster_network("data"))
    async with running(api) as started:
        yield started


def put(api: LabApi, config: Any) -> Live:
    """An object that this resource made, and what somebody has made of it."""
    mark = {CREATED_BY: urn_of(VM_NET, "mine")}
    api.put(objects.nad(config=config, annotations=mark))
    uid = api.get(NADS, KEY)["metadata"]["uid"]
    return Live(KEY, VM100 | {"uid": uid}, VM100)


@each_foreign
async def test_import_is_refused_with_what_it_is(
    run: Run, api: LabApi, config: Any, what: str
) -> None:
    put(api, config)
    with pytest.raises(Refused) as refusal:
        await VM_NET.read(KEY, {}, {}, run.call(VM_NET, "mine"))
    assert str(refusal.value) == (
        f"{KEY} is {what}, no VmNetwork that harvester-net can manage; leave it to whoever "
        "made it"
    )


async def test_network_that_harvester_made_for_a_setting_is_not_imported(
    run: Run, api: LabApi
) -> None:
    key = "harvester-system/storagenetwork-abcde"
    api.put(objects.storage_nad())
    with pytest.raises(Refused) as refusal:
        await VM_NET.read(key, {}, {}, run.call(VM_NET, "mine"))
    assert str(refusal.value) == (
        f"{key} is the network of a Setting, no VmNetwork that harvester-net can manage; "
        "leave it to whoever made it"
    )


@each_foreign
async def test_refresh_takes_ours_for_gone_and_says_what_is_there(
    run: Run, api: LabApi, config: Any, what: str
) -> None:
    mine = put(api, config)
    assert await VM_NET.read(KEY, VM100, mine.outputs, run.call(VM_NET, "mine")) is None
    assert run.said.warned == [
        f"VmNetwork {KEY} is gone: the object of its name is {what} now, which stays untouched"
    ]


@pytest.mark.parametrize("preview", [True, False])
async def test_create_does_not_take_it_over_even_with_our_mark(
    run: Run, api: LabApi, preview: bool
) -> None:
    put(api, OVERLAY)
    before = copy.deepcopy(api.get(NADS, KEY))
    with pytest.raises(Refused) as refusal:
        await VM_NET.create(VM100, run.call(VM_NET, "mine", preview=preview))
    assert str(refusal.value) == (
        f"{KEY} exists already, and is {FOREIGN['overlay'][1]}, which harvester-net does not "
        "manage; give this VmNetwork another name, or delete that object"
    )
    assert api.get(NADS, KEY) == before


@pytest.mark.parametrize("preview", [True, False])
async def test_update_without_a_refresh_does_not_overwrite_it(
    run: Run, api: LabApi, preview: bool
) -> None:
    mine = put(api, OVERLAY)
    call = run.call(VM_NET, "mine", preview=preview)
    with pytest.raises(Refused) as refusal:
        await VM_NET.update(KEY, VM100, VM100 | {"vlan": 7}, mine.outputs, call)
    assert str(refusal.value) == (
        f"{GONE}; delete it by hand to have the VmNetwork made again"
    )
    assert api.writes() == []


async def test_deletion_leaves_it_and_says_so(run: Run, api: LabApi) -> None:
    mine = put(api, OVERLAY)
    await VM_NET.delete(KEY, mine.outputs, run.call(VM_NET, "mine"))
    assert run.said.warned == [GONE]
    assert api.writes() == []


ODD_CONFIGS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "no NICs": (
        lambda made: made["spec"]["uplink"].update(nics=[]),
        "uplink.nics: is empty; name at least one NIC",
    ),
    "mgmt": (
        lambda made: made["spec"].update(clusterNetwork="mgmt"),
        "clusterNetwork: mgmt is built in; it takes no network config",
    ),
    "an address that is none": (
        lambda made: made["spec"]["uplink"].update(linkAttributes={"hardwareAddr": "UlQA"}),
        "uplink.linkAttributes.hardwareAddr: '52:54:00' is not a MAC address such as "
        "02:00:00:aa:bb:cc",
    ),
}


@pytest.mark.parametrize(("change", "why"), ODD_CONFIGS.values(), ids=ODD_CONFIGS)
async def test_import_of_what_no_program_can_say_is_refused_in_one_line(
    run: Run, api: LabApi, change: Callable[[Any], Any], why: str
) -> None:
    made = objects.config("rack-a")
    change(made)
    api.put(made)
    with pytest.raises(Refused) as refusal:
        await CONFIG.read("rack-a", {}, {}, run.call(CONFIG, "mine"))
    assert str(refusal.value) == f"NetworkConfig rack-a cannot be managed as it is: {why}"


@pytest.mark.parametrize(
    "name", ["harvester-node-1.example.org", f"{'n' * 30}.{'m' * 32}"], ids=["FQDN", "long"]
)
async def test_config_with_the_name_of_a_node_is_imported(
    run: Run, api: LabApi, name: str
) -> None:
    """Terraform makes one for each node, and gives it the node's name."""
    api.put(objects.node("n1"))
    api.put(objects.config(name, nodes=["n1"]))
    api.put(objects.vlan_status(name, "n1"))
    live = await CONFIG.read(name, {}, {}, run.call(CONFIG, "mine"))
    assert live is not None
    assert live.inputs == RACK | {"name": name}
    assert CONFIG.check(live.inputs, run.call(CONFIG, "mine").desired_state)[1] == []


@pytest.mark.parametrize(
    "uplink",
    [
        {"bondOptions": {"mode": "active-backup", "miimon": 0}},
        {"linkAttributes": {"mtu": 0, "txQLen": 0}},
        {"bondOptions": {}, "linkAttributes": {}},
    ],
    ids=["miimon 0", "queue of 0", "nothing said"],
)
async def test_zeros_that_the_server_is_about_to_drop_are_the_defaults(
    run: Run, api: LabApi, uplink: Any
) -> None:
    api.put(objects.config("rack-a", uplink={"nics": ["eth1"]} | uplink))
    call = run.call(CONFIG, "mine")
    live = await CONFIG.read("rack-a", {}, {}, call)
    assert live is not None
    assert live.inputs == RACK
    desired = CONFIG.spec.model_validate(live.inputs)
    assert await CONFIG.patch_for(desired, api.get("vlanconfigs", "rack-a"), call) == {}


@pytest.mark.parametrize(("network", "config"), [(9000, 1500), (1500, 9000), (9000, 0)])
async def test_config_that_does_not_follow_its_cluster_network_keeps_its_mtu(
    run: Run, api: LabApi, network: int, config: int
) -> None:
    """The webhook compares configs with each other only; a first one may have any MTU."""
    api.put(objects.cluster_network("data", network))
    uplink = {"nics": ["eth1"], "linkAttributes": {"mtu": config}}
    api.put(objects.config("rack-a", uplink=uplink))
    call = run.call(CONFIG, "mine")
    live = await CONFIG.read("rack-a", {}, {}, call)
    assert live is not None
    assert live.inputs == RACK | {"mtu": config or 1500}
    desired = CONFIG.spec.model_validate(live.inputs)
    assert await CONFIG.patch_for(desired, api.get("vlanconfigs", "rack-a"), call) == {}
