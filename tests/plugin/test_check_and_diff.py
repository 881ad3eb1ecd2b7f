"""Check and Diff over the wire: names, secrets, unknowns, numbers, and what is shown."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2

from harvester_net.plugin.values import UNKNOWN_TEXTS

from ..unit.programs import FULL, LEAST
from .kit import (
    UNKNOWN,
    Failure,
    Plugin,
    Properties,
    Secret,
    answer,
    properties_of,
    struct,
)

Naming = provider_pb2.CheckRequest.AutonamingOptions
KINDS = ["ClusterNetwork", "NetworkConfig", "VmNetwork", "StorageNetwork"]


def full(kind: str) -> Properties:
    return dict(FULL[f"harvester-net:index:{kind}"])


def least(kind: str, **more: Any) -> Properties:
    return dict(LEAST[f"harvester-net:index:{kind}"]) | more


def places(value: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place inside a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for key, item in inner:
        found.append((*above, key))
        if isinstance(item, dict | list):
            found += places(item, (*above, key))
    return found


def changed(value: Any, path: tuple[Any, ...], change: Any) -> Any:
    """The value with what is at a path changed by a function."""
    if not path:
        return change(value)
    copied = value.copy()
    copied[path[0]] = changed(value[path[0]], path[1:], change)
    return copied


def at(value: Any, path: tuple[Any, ...]) -> Any:
    """What is at a path."""
    for part in path:
        value = value[part]
    return value


async def reasons(plugin: Plugin, kind: str, news: Properties, **more: Any) -> list[str]:
    response = await plugin.check(kind, news, **more)
    return [failure.reason for failure in response.failures]


@pytest.mark.parametrize("kind", KINDS)
async def test_checked_inputs_are_what_was_written(pure: Plugin, kind: str) -> None:
    response = await pure.check(kind, full(kind))
    assert list(response.failures) == []
    assert properties_of(response.inputs) == full(kind)


@pytest.mark.parametrize("kind", KINDS)
async def test_check_of_checked_inputs_changes_nothing(pure: Plugin, kind: str) -> None:
    once = properties_of((await pure.check(kind, least(kind))).inputs)
    again = properties_of((await pure.check(kind, once, once)).inputs)
    assert again == once
    assert (await pure.diff(kind, once, again)).changes == provider_pb2.DiffResponse.DIFF_NONE


async def test_failures_have_an_empty_property_and_say_the_path(pure: Plugin) -> None:
    """With a property set the engine prints its value, a secret in clear (P21.1)."""
    response = await pure.check(
        "NetworkConfig",
        least("NetworkConfig", uplink={"nics": ["eth1", 7]}, mtu=Secret(5)),
    )
    assert [(f.property, f.reason) for f in response.failures] == [
        ("", "uplink.nics[1]: must be text, not 7"),
        ("", "mtu: is not valid; what is wrong with it would tell a secret"),
    ]


async def test_mtu_is_checked_against_the_cluster_network_of_the_same_run(
    pure: Plugin,
) -> None:
    await pure.check("ClusterNetwork", {"name": "agreed", "mtu": 9000})
    news = {"name": "a", "clusterNetwork": "agreed", "vlan": 5, "mtu": 1500}
    assert await reasons(pure, "VmNetwork", news) == [
        "mtu: 1500 is not the 9000 of ClusterNetwork agreed; the MTU is decided there, leave "
        "it out here"
    ]


WRONG_SECRETS: list[tuple[str, Properties, str]] = [
    ("ClusterNetwork", {"name": Secret("Very-Secret-Name")}, "Very-Secret-Name"),
    ("ClusterNetwork", {"name": "a", "mtu": Secret("many-bytes")}, "many-bytes"),
    (
        "ClusterNetwork",
        {"name": "a", "disruption": {"onFailure": Secret("burn-it")}},
        "burn-it",
    ),
    (
        "NetworkConfig",
        least("NetworkConfig", uplink={"nics": ["eth1", Secret("no/nic/this")]}),
        "no/nic/this",
    ),
    (
        "NetworkConfig",
        least("NetworkConfig", uplink={"nics": [Secret("eth77"), Secret("eth77")]}),
        "eth77",
    ),
    (
        "NetworkConfig",
        least("NetworkConfig", uplink=Secret({"nics": ["no/nic/this"]})),
        "no/nic/this",
    ),
    (
        "StorageNetwork",
        least("StorageNetwork", range=Secret("10.77.0.0/24"), exclude=["10.0.0.0/25"]),
        "10.77.0.0/24",
    ),
    (
        "StorageNetwork",
        least("StorageNetwork", exclude=[Secret("192.168.0.64/26"), "192.168.0.77/32"]),
        "192.168.0.64",
    ),
    (
        "VmNetwork",
        {
            "name": "a",
            "clusterNetwork": "b",
            "vlanTrunk": [{"minID": Secret(3077), "maxID": 5}],
        },
        "3077",
    ),
]


@pytest.mark.parametrize(("kind", "news", "secret"), WRONG_SECRETS)
async def test_failure_never_quotes_a_secret(
    pure: Plugin, kind: str, news: Properties, secret: str
) -> None:
    told = await reasons(pure, kind, news)
    assert told != [], "the program is wrong"
    assert [reason for reason in told if secret in reason] == []


async def test_secret_cluster_network_is_not_quoted_by_its_neighbours(pure: Plugin) -> None:
    await pure.check("ClusterNetwork", {"name": "hush-hush", "mtu": 9000})
    news = {"name": "a", "clusterNetwork": Secret("hush-hush"), "vlan": 5, "mtu": 1500}
    told = await reasons(pure, "VmNetwork", news)
    assert told != []
    assert [reason for reason in told if "hush-hush" in reason] == []


async def test_problem_beside_a_secret_is_told_in_full(pure: Plugin) -> None:
    news = least("StorageNetwork", vlan=Secret(300), range="10.0.0.1/24")
    assert await reasons(pure, "StorageNetwork", news) == [
        "range: 10.0.0.1/24 has host bits set; the network is 10.0.0.0/24"
    ]


PLACES = [
    pytest.param(kind, path, id=f"{kind} {'.'.join(map(str, path))}")
    for kind in KINDS
    for path in places(full(kind))
]


@pytest.mark.parametrize(("kind", "path"), PLACES)
async def test_secret_in_is_secret_out_on_the_same_path(
    pure: Plugin, kind: str, path: tuple[Any, ...]
) -> None:
    news = changed(full(kind), path, Secret)
    response = await pure.check(kind, news)
    assert [failure.reason for failure in response.failures] == []
    assert properties_of(response.inputs) == news


@pytest.mark.parametrize(("kind", "path"), PLACES)
async def test_unknown_anywhere_fails_no_call_of_a_preview(
    pure: Plugin, kind: str, path: tuple[Any, ...]
) -> None:
    news = changed(full(kind), path, lambda _: UNKNOWN)
    response = await pure.check(kind, news)
    assert [failure.reason for failure in response.failures] == []
    assert properties_of(response.inputs) == news
    diff = await pure.diff(kind, full(kind), news)
    assert diff.changes == provider_pb2.DiffResponse.DIFF_SOME
    assert list(diff.diffs) == [path[0]]


@pytest.mark.parametrize("kind", KINDS)
async def test_secret_unknown_stays_both(pure: Plugin, kind: str) -> None:
    news = least(kind, clusterNetwork=Secret(UNKNOWN))
    if kind == "ClusterNetwork":
        news = {"name": Secret(UNKNOWN)}
    response = await pure.check(kind, news)
    assert list(response.failures) == []
    assert properties_of(response.inputs) == news


async def test_every_kind_of_unknown_is_known_for_one(pure: Plugin) -> None:
    assert len(UNKNOWN_TEXTS) == 7
    for text in sorted(UNKNOWN_TEXTS):
        assert await reasons(pure, "ClusterNetwork", {"name": "a", "mtu": text}) == []


async def test_whole_numbers_stay_whole(pure: Plugin) -> None:
    response = await pure.check("ClusterNetwork", {"name": "data", "mtu": 9000.0})
    assert list(response.failures) == []
    told = await reasons(pure, "ClusterNetwork", {"name": "data", "mtu": 1500.5})
    assert told == ["mtu: must be a whole number, not 1500.5"]
    told = await reasons(pure, "VmNetwork", least("VmNetwork", vlan=5000))
    assert told == ["vlan: 5000 is not a VLAN ID; use 1 to 4094"]


async def test_reference_to_a_resource_is_its_id(pure: Plugin) -> None:
    reference = {
        "4dabf18193072939515e22adb298388d": "5cf8f73096256a8f31e491e813e4eb8e",
        "urn": "urn:pulumi:dev::site::harvester-net:index:ClusterNetwork::data",
        "id": "data",
    }
    response = await pure.check("VmNetwork", least("VmNetwork", clusterNetwork=reference))
    assert properties_of(response.inputs)["clusterNetwork"] == "data"
    unmade = reference | {"id": ""}
    response = await pure.check("VmNetwork", least("VmNetwork", clusterNetwork=unmade))
    assert properties_of(response.inputs)["clusterNetwork"] == UNKNOWN


NAMING: list[tuple[str, Properties, Properties, Any, str]] = [
    ("no autonaming: the logical name, unchanged", {}, {}, None, "resource"),
    ("the program's own name wins", {"name": "mine"}, {}, None, "mine"),
    (
        "the program's own name wins over a proposal",
        {"name": "mine"},
        {},
        Naming(proposed_name="proposed", mode=Naming.Mode.ENFORCE),
        "mine",
    ),
    (
        "a proposed name",
        {},
        {},
        Naming(proposed_name="proposed", mode=Naming.Mode.PROPOSE),
        "proposed",
    ),
    (
        "an enforced name",
        {},
        {},
        Naming(proposed_name="enforced", mode=Naming.Mode.ENFORCE),
        "enforced",
    ),
    (
        "the old name stays",
        {},
        {"name": "before"},
        Naming(proposed_name="proposed", mode=Naming.Mode.PROPOSE),
        "before",
    ),
    ("null is no name", {"name": None}, {}, None, "resource"),
]


@pytest.mark.parametrize(
    ("news", "olds", "naming", "name"),
    [pytest.param(n, o, a, name, id=what) for what, n, o, a, name in NAMING],
)
async def test_name_of_a_resource(
    pure: Plugin, news: Properties, olds: Properties, naming: Any, name: str
) -> None:
    more = {} if naming is None else {"autonaming": naming}
    response = await pure.check("ClusterNetwork", news, olds, **more)
    assert list(response.failures) == []
    assert properties_of(response.inputs) == {"name": name}


async def test_disabled_autonaming_wants_a_name(pure: Plugin) -> None:
    naming = Naming(mode=Naming.Mode.DISABLE)
    assert await reasons(pure, "ClusterNetwork", {}, autonaming=naming) == [
        "name: is required: autonaming is disabled"
    ]


async def test_proposed_name_that_is_too_long_is_told(pure: Plugin) -> None:
    naming = Naming(proposed_name="resource-0123abc", mode=Naming.Mode.PROPOSE)
    assert await reasons(pure, "ClusterNetwork", {}, autonaming=naming) == [
        "name: 'resource-0123abc' has 16 characters; the name of a cluster network has at "
        "most 12"
    ]


async def test_storage_network_has_no_name(pure: Plugin) -> None:
    response = await pure.check("StorageNetwork", least("StorageNetwork"))
    assert "name" not in properties_of(response.inputs)


async def test_kind_that_we_do_not_have_is_refused(pure: Plugin) -> None:
    with pytest.raises(Failure) as failure:
        await pure.check("Switch", {})
    assert failure.value.code == "FAILED_PRECONDITION"
    assert failure.value.message.startswith(
        "harvester-net has no resource harvester-net:index:Switch; it has harvester-net:index:"
    )


DIFFS: list[tuple[str, Properties, Properties, dict[str, str]]] = [
    (
        "ClusterNetwork",
        least("ClusterNetwork"),
        full("ClusterNetwork") | {"name": "data"},
        {
            "mtu": "ADD",
            "labels": "ADD",
            "annotations": "ADD",
            "disruption.stopVms": "ADD",
            "disruption.onlyVms": "ADD",
            "disruption.restartVms": "ADD",
            "disruption.maxParallel": "ADD",
            "disruption.maxUnavailable": "ADD",
            "disruption.migrateVms": "ADD",
            "disruption.migrationTimeoutSeconds": "ADD",
            "disruption.cycleStorageNetwork": "ADD",
            "disruption.onFailure": "ADD",
            "disruption.stopTimeoutSeconds": "ADD",
            "disruption.nodeTimeoutSeconds": "ADD",
            "disruption.storageTimeoutSeconds": "ADD",
            "disruption.verifyOnNodes.vlan": "ADD",
            "disruption.verifyOnNodes.image": "ADD",
            "disruption.verifyOnNodes.namespace": "ADD",
            "disruption.verifyOnNodes.tolerations": "ADD",
        },
    ),
    ("ClusterNetwork", {"name": "a"}, {"name": "b"}, {"name": "UPDATE_REPLACE"}),
    (
        "ClusterNetwork",
        {"name": "a", "labels": {"b.c/d": "1", "e": "2"}},
        {"name": "a", "labels": {"b.c/d": "3"}},
        {'labels["b.c/d"]': "UPDATE", "labels.e": "DELETE"},
    ),
    (
        "NetworkConfig",
        least("NetworkConfig", uplink={"nics": ["eth1", "eth2"]}),
        least("NetworkConfig", uplink={"nics": ["eth1"], "bondOptions": {"mode": "802.3ad"}}),
        {"uplink.nics[1]": "DELETE", "uplink.bondOptions.mode": "ADD"},
    ),
    (
        "NetworkConfig",
        least("NetworkConfig"),
        least("NetworkConfig", clusterNetwork="other"),
        {"clusterNetwork": "UPDATE"},
    ),
    (
        "VmNetwork",
        least("VmNetwork"),
        least("VmNetwork", clusterNetwork="other", vlan=5),
        {"clusterNetwork": "UPDATE_REPLACE", "vlan": "UPDATE"},
    ),
    (
        "VmNetwork",
        least("VmNetwork"),
        least("VmNetwork", namespace="other"),
        {"namespace": "ADD_REPLACE"},
    ),
    (
        "VmNetwork",
        least("VmNetwork", namespace="other"),
        least("VmNetwork"),
        {"namespace": "DELETE_REPLACE"},
    ),
    (
        "StorageNetwork",
        least("StorageNetwork"),
        least("StorageNetwork", clusterNetwork="other", exclude=["192.168.0.1/32"]),
        {"clusterNetwork": "UPDATE", "exclude": "ADD"},
    ),
]


@pytest.mark.parametrize(("kind", "olds", "news", "expected"), DIFFS)
async def test_diff_shows_each_property_and_replaces_only_where_it_must(
    pure: Plugin, kind: str, olds: Properties, news: Properties, expected: dict[str, str]
) -> None:
    response = await pure.diff(kind, olds, news)
    kinds = provider_pb2.PropertyDiff.Kind
    seen = {path: kinds.Name(d.kind) for path, d in response.detailedDiff.items()}
    assert seen == expected
    assert all(detail.inputDiff for detail in response.detailedDiff.values())
    tops = {path.split(".")[0].split("[")[0] for path in expected}
    replacing = {path for path, change in expected.items() if change.endswith("_REPLACE")}
    assert response.changes == provider_pb2.DiffResponse.DIFF_SOME
    assert list(response.diffs) == sorted(tops)
    assert list(response.replaces) == sorted(replacing)
    # A cluster network is replaced only by one of another name; both can be there.
    deletes_first = bool(replacing) and kind != "ClusterNetwork"
    assert response.deleteBeforeReplace is deletes_first
    assert response.hasDetailedDiff


@pytest.mark.parametrize("kind", KINDS)
async def test_diff_without_changes_has_no_detail(pure: Plugin, kind: str) -> None:
    response = await pure.diff(kind, full(kind), full(kind))
    assert response.changes == provider_pb2.DiffResponse.DIFF_NONE
    assert not response.hasDetailedDiff
    assert not response.deleteBeforeReplace
    assert (list(response.diffs), list(response.replaces), dict(response.detailedDiff)) == (
        [],
        [],
        {},
    )


async def test_secret_values_are_compared_as_what_they_are(pure: Plugin) -> None:
    same = await pure.diff("ClusterNetwork", {"name": "a"}, {"name": Secret("a")})
    assert same.changes == provider_pb2.DiffResponse.DIFF_NONE
    other = await pure.diff(
        "ClusterNetwork",
        {"name": "a", "mtu": Secret(1500)},
        {"name": "a", "mtu": Secret(9000)},
    )
    assert list(other.detailedDiff) == ["mtu"]


async def test_unknown_name_replaces(pure: Plugin) -> None:
    response = await pure.diff(
        "VmNetwork", least("VmNetwork"), least("VmNetwork", name=UNKNOWN)
    )
    assert list(response.replaces) == ["name"]
    assert response.deleteBeforeReplace


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({}, []),
        ({"offline": "true", "context": "lab", "version": "0.1.0"}, []),
        ({"offline": True}, []),
        ({"kubeconfig": UNKNOWN}, []),
        ({"offline": "perhaps"}, ["offline: must be true or false, not the text 'perhaps'"]),
        (
            {"kubeConfig": "x"},
            ["kubeConfig: is not a property of the provider; did you mean kubeconfig?"],
        ),
    ],
)
async def test_configuration_is_checked(
    pure: Plugin, config: Properties, expected: list[str]
) -> None:
    response = await pure.check_config(config)
    assert [(f.property, f.reason) for f in response.failures] == [("", r) for r in expected]
    assert properties_of(response.inputs) == config


async def test_another_kubeconfig_replaces_no_resource(pure: Plugin) -> None:
    for old, new in (({"kubeconfig": "a"}, {"kubeconfig": "b"}), ({}, {"offline": "true"})):
        request = provider_pb2.DiffRequest(old_inputs=struct(old), news=struct(new))
        response = await answer(pure.stub.DiffConfig(request))
        assert response.changes == provider_pb2.DiffResponse.DIFF_SOME
        assert not response.replaces
        assert not response.detailedDiff


async def test_check_and_diff_say_nothing_to_the_user(pure: Plugin) -> None:
    assert [said.message for said in pure.engine.said] == []
