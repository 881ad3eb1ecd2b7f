"""NetworkConfig: what is sent and never sent, what is read, and how readiness is told."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvester_net.change.goals import AnyGoal
from harvester_net.change.goals.network_config import ConfigDeletionGoal, ConfigGoal
from harvester_net.change.record import ConfigRecord, Record
from harvester_net.change.turns import FIRST
from harvester_net.cluster.merge_patch import applied
from harvester_net.cluster.resources import CLUSTER_NETWORK, Object
from harvester_net.harvester import network_configs
from harvester_net.harvester.network_configs import NOT_HEARD
from harvester_net.kinds import owned
from harvester_net.kinds.codecs.network_config import (
    mac_from_wire,
    mac_to_wire,
    observed_uplink,
    spec_changes,
)
from harvester_net.kinds.failures import Refused
from harvester_net.kinds.network_config import NetworkConfig, gave_up

from ... import objects
from ...cluster import LabApi
from ..programs import FULL, NETWORK_CONFIG, program
from .calls import offline_call, running, wish_of
from .test_changes_beside import journal_of

KIND = NetworkConfig()
MAC = "02:00:00:aa:bb:cc"
MAC_ON_WIRE = "AgAAqrvM"


def with_uplink(**uplink: Any) -> Object:
    return program(NETWORK_CONFIG, uplink={"nics": ["eth1"]} | uplink, mtu=1500)


async def manifest_of(inputs: Object) -> Object:
    return KIND.codec.manifest(wish_of(KIND, inputs), inputs.get("mtu") or 1500)


async def test_manifest_of_the_least_program_says_everything_outright() -> None:
    assert await manifest_of(program(NETWORK_CONFIG, mtu=9000)) == {
        "apiVersion": "network.harvesterhci.io/v1beta1",
        "kind": "VlanConfig",
        "metadata": {"name": "rack-a"},
        "spec": {
            "clusterNetwork": "data",
            "uplink": {
                "nics": ["eth1"],
                "bondOptions": {"mode": "active-backup", "miimon": 100},
                "linkAttributes": {"mtu": 9000},
            },
        },
    }


async def test_manifest_of_the_full_program() -> None:
    assert await manifest_of(FULL[NETWORK_CONFIG]) == {
        "apiVersion": "network.harvesterhci.io/v1beta1",
        "kind": "VlanConfig",
        "metadata": {
            "name": "rack-a",
            "labels": {"team": "network", "example.com/rack": "a"},
            "annotations": {"example.com/note": "hello"},
        },
        "spec": {
            "clusterNetwork": "data",
            "description": "rack a",
            "nodeSelector": {"rack": "a"},
            "uplink": {
                "nics": ["eth1", "eth2"],
                "bondOptions": {"mode": "802.3ad", "miimon": 50},
                "linkAttributes": {"mtu": 9000, "txQLen": 1000, "hardwareAddr": MAC_ON_WIRE},
            },
        },
    }


@pytest.mark.parametrize("mtu", [0, 1500, 9000])
async def test_mtu_is_always_sent_as_a_real_number(mtu: int) -> None:
    """Absent or 0 leaves an older MTU on the devices (H4.1)."""
    manifest = await manifest_of(program(NETWORK_CONFIG, mtu=mtu))
    assert manifest["spec"]["uplink"]["linkAttributes"]["mtu"] == (mtu or 1500)


@pytest.mark.parametrize(
    ("noted", "expected"), [(9000, 9000), (None, 4000)], ids=["by the server", "by a config"]
)
async def test_mtu_of_the_cluster_network_is_sent_when_none_is_given(
    api: LabApi, noted: int | None, expected: int
) -> None:
    """A server up to 1.5 notes no MTU; there the first network config tells it (H7)."""
    network = objects.cluster_network("data", noted)
    if noted is None:
        network["metadata"].pop("annotations", None)
    api.put(network)
    api.put(objects.config("nc-0", spec=LIVE | {"uplink": {"linkAttributes": {"mtu": 4000}}}))
    desired = wish_of(KIND, program(NETWORK_CONFIG))
    async with running(api) as run:
        assert await KIND.mtu(desired, None, run.call(KIND, "nc-1")) == expected


async def test_bookkeeping_of_the_server_is_never_sent() -> None:
    manifest = await manifest_of(FULL[NETWORK_CONFIG])
    sent = {*manifest["metadata"]["labels"], *manifest["metadata"]["annotations"]}
    assert [key for key in sent if "harvesterhci.io" in key] == []


@pytest.mark.parametrize("length", [None, -1])
async def test_queue_length_that_means_the_kernels_is_not_sent(length: int | None) -> None:
    attributes = {"txQLen": length} if length is not None else {}
    manifest = await manifest_of(with_uplink(linkAttributes=attributes))
    assert "txQLen" not in manifest["spec"]["uplink"]["linkAttributes"]


@pytest.mark.parametrize("miimon", [None, -1])
async def test_link_monitoring_is_sent_outright(miimon: int | None) -> None:
    """Agents up to 1.6 monitor no link without it."""
    options = {"miimon": miimon} if miimon is not None else {}
    manifest = await manifest_of(with_uplink(bondOptions=options))
    assert manifest["spec"]["uplink"]["bondOptions"]["miimon"] == 100


LIVE = {
    "clusterNetwork": "data",
    "description": "rack a",
    "nodeSelector": {"rack": "a"},
    "uplink": {
        "nics": ["eth1", "eth2"],
        "bondOptions": {"mode": "802.3ad", "miimon": 50},
        "linkAttributes": {"mtu": 9000, "txQLen": 1000, "hardwareAddr": MAC_ON_WIRE},
    },
}


def patch_of(inputs: Object, live: Object, mtu: int = 9000) -> Object:
    return spec_changes(wish_of(KIND, inputs), mtu, live)


def test_nothing_is_sent_when_nothing_differs() -> None:
    assert patch_of(FULL[NETWORK_CONFIG], LIVE) == {}


@pytest.mark.parametrize(
    "uplink",
    [
        {"nics": ["eth1"]},
        {"nics": ["eth1"], "linkAttributes": {}},
        {"nics": ["eth1"], "linkAttributes": {"mtu": 0}},
        {"nics": ["eth1"], "linkAttributes": {"mtu": 1500, "txQLen": -1}},
        {"nics": ["eth1"], "bondOptions": {}},
        {"nics": ["eth1"], "bondOptions": {"mode": "active-backup", "miimon": -1}},
        {"nics": ["eth1"], "bondOptions": {"miimon": 100}, "linkAttributes": None},
    ],
)
def test_live_spelling_of_the_same_uplink_is_left_alone(uplink: Object) -> None:
    """The server would want VMs stopped for a difference that means nothing (H6)."""
    live = {"clusterNetwork": "data", "uplink": uplink}
    assert patch_of(program(NETWORK_CONFIG), live, mtu=1500) == {}


def test_order_of_nics_is_left_as_the_server_has_it() -> None:
    live = applied(LIVE, {"uplink": {"nics": ["eth2", "eth1"]}})
    assert patch_of(FULL[NETWORK_CONFIG], live) == {}


CHANGES: list[tuple[str, Object, Object]] = [
    (
        "description is taken away",
        {"description": None},
        {"description": None},
    ),
    ("description changes", {"description": "b"}, {"description": "b"}),
    ("cluster network changes", {"clusterNetwork": "other"}, {"clusterNetwork": "other"}),
    ("node selector is taken away", {"nodeSelector": None}, {"nodeSelector": None}),
    ("node selector becomes empty", {"nodeSelector": {"rack": None}}, {"nodeSelector": None}),
    (
        "node selector changes: the old key must go",
        {"nodeSelector": {"rack": None, "row": "1"}},
        {"nodeSelector": {"rack": None, "row": "1"}},
    ),
    (
        "a NIC is added",
        {"uplink": {"nics": ["eth1", "eth2", "eth3"]}},
        {"uplink": {"nics": ["eth1", "eth2", "eth3"]}},
    ),
    (
        "bond mode changes",
        {"uplink": {"bondOptions": {"mode": "balance-xor"}}},
        {"uplink": {"bondOptions": {"mode": "balance-xor"}}},
    ),
    (
        "bond options are taken away: back to the defaults",
        {"uplink": {"bondOptions": None}},
        {"uplink": {"bondOptions": {"mode": "active-backup", "miimon": 100}}},
    ),
    (
        "queue length is taken away: back to the kernel's, never 0",
        {"uplink": {"linkAttributes": {"txQLen": None}}},
        {"uplink": {"linkAttributes": {"txQLen": -1}}},
    ),
    (
        "MAC address is taken away",
        {"uplink": {"linkAttributes": {"hardwareAddr": None}}},
        {"uplink": {"linkAttributes": {"hardwareAddr": None}}},
    ),
    (
        "MAC address changes",
        {"uplink": {"linkAttributes": {"hardwareAddr": "02:00:00:00:00:01"}}},
        {"uplink": {"linkAttributes": {"hardwareAddr": "AgAAAAAB"}}},
    ),
    (
        "MAC address in capitals is the same",
        {"uplink": {"linkAttributes": {"hardwareAddr": MAC.upper()}}},
        {},
    ),
]


@pytest.mark.parametrize(
    ("changed", "patch"), [pytest.param(c, p, id=what) for what, c, p in CHANGES]
)
def test_patch_has_only_what_changes(changed: Object, patch: Object) -> None:
    wanted = applied(FULL[NETWORK_CONFIG], changed)
    assert patch_of(wanted, LIVE) == patch
    assert patch_of(wanted, applied(LIVE, patch)) == {}, "the patch must be enough"


def test_mtu_change_is_sent_alone() -> None:
    patch = patch_of(FULL[NETWORK_CONFIG], LIVE, mtu=1500)
    assert patch == {"uplink": {"linkAttributes": {"mtu": 1500}}}


def test_keys_of_a_newer_server_are_left_alone() -> None:
    live = applied(
        LIVE,
        {
            "uplink": {
                "bondOptions": {"lacpRate": "fast"},
                "linkAttributes": {"gro": True},
                "future": 1,
            }
        },
    )
    assert patch_of(FULL[NETWORK_CONFIG], live) == {}
    wanted = applied(FULL[NETWORK_CONFIG], {"uplink": {"bondOptions": {"miimon": 200}}})
    assert patch_of(wanted, live) == {"uplink": {"bondOptions": {"miimon": 200}}}


def test_live_config_is_read_in_the_words_of_the_program() -> None:
    live = objects.config("rack-a", nodes=["node1"], spec=LIVE, uid="u1")
    del live["spec"]["description"]
    seen = KIND.observed_inputs(live, offline_call())
    assert seen["uplink"] == FULL[NETWORK_CONFIG]["uplink"]
    assert seen["mtu"] == 9000
    assert seen["description"] is None


@pytest.mark.parametrize(
    ("uplink", "seen"),
    [
        (
            {"nics": ["a"]},
            {
                "nics": ["a"],
                "bondOptions": {"mode": None, "miimon": None},
                "linkAttributes": {"txQLen": None, "hardwareAddr": None},
            },
        ),
        (
            {"nics": ["a"], "bondOptions": None, "linkAttributes": {"hardwareAddr": ""}},
            {
                "nics": ["a"],
                "bondOptions": {"mode": None, "miimon": None},
                "linkAttributes": {"txQLen": None, "hardwareAddr": None},
            },
        ),
    ],
)
def test_uplink_that_says_little_is_read(uplink: Object, seen: Object) -> None:
    assert observed_uplink(uplink) == seen


@given(st.binary(min_size=6, max_size=6))
def test_mac_address_goes_to_the_server_and_back(raw: bytes) -> None:
    text = raw.hex(":")
    assert mac_from_wire(mac_to_wire(text)) == text


def test_mac_address_is_the_servers_base64() -> None:
    assert mac_to_wire("52:54:00:6e:5c:2a") == "UlQAblwq"
    assert mac_to_wire("52:54:00:6E:5C:2A") == "UlQAblwq"


def test_nodes_that_said_nothing_yet_have_not_given_up() -> None:
    assert not gave_up({"node1": NOT_HEARD})
    assert not gave_up({})


def test_unfinished_config_names_each_node() -> None:
    call = offline_call()
    live = objects.config("rack-a", nodes=["node1", "node2"])
    assert KIND.unfinished(live, call) == [f"node1: {NOT_HEARD}", f"node2: {NOT_HEARD}"]


@pytest.mark.parametrize(("network", "shown"), [(9000, None), (1500, 9000), (None, 9000)])
def test_mtu_of_an_import_shows_only_if_it_is_not_the_cluster_networks(
    network: int | None, shown: int | None
) -> None:
    call = offline_call()
    if network is not None:
        call.cluster.cached(CLUSTER_NETWORK)["data"] = objects.cluster_network("data", network)
    inputs = KIND.inputs_of(objects.config("rack-a", spec=LIVE), {}, call)
    assert inputs.get("mtu") == shown
    mine = KIND.inputs_of(objects.config("rack-a", spec=LIVE), {"mtu": 1500}, call)
    assert mine["mtu"] == 9000


@pytest.mark.parametrize(
    ("network", "shown"), [("data", 1500), ("green", 9000)], ids=["stays", "moves"]
)
async def test_preview_leaves_the_mtu_to_the_cluster_network_that_the_config_is_on(
    api: LabApi, network: str, shown: int
) -> None:
    """One that moves takes the other one's, which this run decides too."""
    live = objects.config("rack-a", "data", uplink={"linkAttributes": {"mtu": 1500}})
    api.put(objects.cluster_network(network, 1500))
    desired = wish_of(KIND, program(NETWORK_CONFIG, clusterNetwork=network, mtu=9000))
    async with running(api) as run:
        call = run.call(KIND, "rack-a", preview=True)
        call.desired_state.mtu_of[network] = 9000
        assert await KIND.mtu(desired, live, call) == shown


@pytest.mark.parametrize(
    ("consent", "hands_over"),
    [({"stopVms": True}, True), ({"migrateVms": True}, True), ({}, False)],
)
async def test_deletion_in_order_for_whoever_lets_vms_be_stopped_or_migrated(
    api: LabApi, monkeypatch: pytest.MonkeyPatch, consent: Object, hands_over: bool
) -> None:
    api.put(objects.config("nc-1", nodes=["node1"]))
    api.put(objects.nad())
    api.put(objects.vm("a", "vm100", strategy="Always", status="Running"))
    api.put(objects.vmi("a", "vm100"))
    handed: list[AnyGoal] = []

    async def hand_over(goal: AnyGoal, *_: object) -> None:
        handed.append(goal)
        raise Refused("enough")

    monkeypatch.setattr(owned, "run_change_or_refuse", hand_over)
    outputs = {"uid": api.get("vlanconfigs", "nc-1")["metadata"]["uid"], "disruption": consent}
    async with running(api) as run:
        with suppress(Refused):
            await KIND.delete("nc-1", outputs, run.call(KIND, "nc-1"))
    assert handed == ([ConfigDeletionGoal(key="nc-1")] if hands_over else [])


BOND = ConfigGoal(key="nc-1", patch={"uplink": {"nics": ["eth2"]}})


def begun(key: str) -> Object:
    """The journal of a change of a config's NICs, from eth1 to eth2."""
    before = objects.config(key, nodes=["node1", "node2"], uplink=uplink_of("eth1"))
    goal = BOND.model_copy(update={"key": key})
    manifest = network_configs.manifest_of(before)
    configs = {key: ConfigRecord(manifest=manifest, nodes=["node1", "node2"])}
    return journal_of(Record(goal=goal, version=(1, 8), configs=configs))


def uplink_of(nic: str) -> Object:
    return {"nics": [nic], "linkAttributes": {"mtu": 1500}}


def change_to(nic: str, key: str = "nc-1") -> ConfigGoal:
    return ConfigGoal(key=key, patch={"uplink": {"nics": [nic]}})


@pytest.mark.parametrize("seen", ["eth1", "eth2"])
@pytest.mark.parametrize(
    ("of", "wanted", "expected"),
    [
        ("nc-1", "eth2", BOND),
        ("nc-1", "eth3", change_to("eth3")),
        ("nc-1", "eth1", change_to("eth1")),
        ("nc-2", "eth2", None),
        ("", "eth2", None),
    ],
)
async def test_what_has_begun_is_finished_whatever_can_be_seen_of_it(
    api: LabApi, seen: str, of: str, wanted: str, expected: AnyGoal | None
) -> None:
    """Half way its uplink may be there, and its selector another one for the time."""
    selector = {"nodeSelector": {FIRST: "0123abcd"}}
    live = objects.config("nc-1", nodes=["node2"], uplink=uplink_of(seen), spec=selector)
    if of:
        api.put(begun(of))
    inputs = program(NETWORK_CONFIG, name="nc-1", uplink={"nics": [wanted]}, mtu=1500)
    async with running(api) as run:
        call = run.call(KIND, "nc-1")
        assert await KIND.change_goal(wish_of(KIND, inputs), live, call) == expected
