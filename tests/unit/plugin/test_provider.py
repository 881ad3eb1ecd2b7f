"""The provider on requests in plain values, without a process and without a cluster."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from harvester_net.cluster.deadline import DeadlineExceeded
from harvester_net.cluster.errors import Unreachable
from harvester_net.cluster.resources import NAD
from harvester_net.kinds.call import Call
from harvester_net.kinds.failures import Refused, Unfinished
from harvester_net.kinds.kind import Live
from harvester_net.kinds.mtu import FOLLOWED_MTU
from harvester_net.kinds.registry import KINDS
from harvester_net.kinds.vm_network import VmNetwork
from harvester_net.plugin import provider as module
from harvester_net.plugin.enginelog import EngineLog
from harvester_net.plugin.provider import Provider
from harvester_net.plugin.requests import (
    CheckRequest,
    ConfigureRequest,
    CreateRequest,
    DeleteRequest,
    DiffRequest,
    InvokeRequest,
    ListRequest,
    ListResponse,
    Properties,
    ReadRequest,
    UpdateRequest,
)
from harvester_net.specs.unknown import UNKNOWN

CLUSTER_NETWORK = "harvester-net:index:ClusterNetwork"
VM_NETWORK = "harvester-net:index:VmNetwork"
INPUTS = {"name": "data", "mtu": 9000}
OUTPUTS = INPUTS | {"uid": "u1"}
HIDDEN = "SEKRET9"


class Log(EngineLog):
    """Keeps the warnings."""

    def __init__(self) -> None:
        super().__init__()
        self.warnings: list[str] = []

    def warning(self, urn: str, message: str) -> None:
        self.warnings.append(message)


class Recording(VmNetwork):
    """A resource type that reaches no cluster and keeps the calls."""

    seconds = 300
    seconds_to_change = 400

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.updated: tuple[str, Properties, Properties, Properties] | None = None
        self.there: dict[str, str] = {}

    async def create(self, inputs: Properties, call: Call) -> Live:
        self.calls.append(call)
        return Live("", inputs, inputs)

    async def list_objects(self, query: Properties, call: Call) -> dict[str, str]:
        return self.there

    async def read(
        self, key: str, inputs: Properties, outputs: Properties, call: Call
    ) -> Live | None:
        return Live(key, {"uid": "live"}, inputs)

    async def update(
        self, key: str, old: Properties, new: Properties, outputs: Properties, call: Call
    ) -> Live:
        self.calls.append(call)
        self.updated = key, old, new, outputs
        return Live(key, outputs, new)


def about(token: str = CLUSTER_NETWORK) -> dict[str, Any]:
    """What all requests on a resource say."""
    return {"urn": f"urn:pulumi:dev::site::{token}::resource", "type": token}


def check(inputs: Properties, token: str = CLUSTER_NETWORK, **more: Any) -> CheckRequest:
    """A Check of a new resource."""
    given = {"old_inputs": {}, "proposed_name": "resource"} | more
    return CheckRequest(**about(token), inputs=inputs, **given)


CREATE = CreateRequest(**about(), inputs=INPUTS)
CREATE_PREVIEW = CreateRequest(**about(), inputs=INPUTS, preview=True)
READ = ReadRequest(**about(), id="data", inputs=INPUTS, outputs=OUTPUTS)
IMPORT = ReadRequest(**about(), id="data", inputs={}, outputs={})
UPDATE: dict[str, Any] = about() | {
    "id": "data",
    "inputs": {"name": "data", "mtu": 1500},
    "old_inputs": INPUTS,
    "outputs": OUTPUTS,
}
DELETE = DeleteRequest(**about(), id="data", outputs=OUTPUTS)
WANTED = {"name": "vm100", "namespace": "tenants", "clusterNetwork": "data"}


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def provider(log: Log) -> Provider:
    return Provider(log, asyncio.Event())


@pytest.fixture
async def offline(provider: Provider) -> Provider:
    await provider.configure(ConfigureRequest(inputs={"offline": "true"}))
    return provider


@pytest.fixture
async def online(provider: Provider) -> Provider:
    """Configured; the cluster is reached at the first look, which is none here."""
    await provider.configure(ConfigureRequest(inputs={}))
    return provider


@pytest.fixture(autouse=True)
def any_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    """No cluster is asked who it is: here is none."""

    async def same(*_: object) -> str:
        return ""

    monkeypatch.setattr(module, "require_same", same)


@pytest.fixture
def kind(monkeypatch: pytest.MonkeyPatch) -> Recording:
    """In place of the VM network."""
    recording = Recording()
    monkeypatch.setitem(KINDS, VM_NETWORK, recording)
    return recording


async def test_configuration_is_checked_and_kept_as_written(provider: Provider) -> None:
    given = {"version": "1.0.0", "offline": "maybe", "contxt": "lab"}
    response = await provider.check_config(ConfigureRequest(inputs=given))
    assert response.inputs == given
    assert response.failures == [
        "offline: must be true or false, not the text 'maybe'",
        "contxt: is not a property of the provider; did you mean context?",
    ]


async def test_wrong_configuration_is_refused(provider: Provider) -> None:
    with pytest.raises(Refused, match="offline: must be true or false"):
        await provider.configure(ConfigureRequest(inputs={"offline": "maybe"}))


async def test_nothing_reaches_a_cluster_before_the_configuration(provider: Provider) -> None:
    with pytest.raises(Refused, match="not configured yet"):
        await provider.create(CREATE)


@pytest.mark.parametrize(
    ("more", "name"),
    [
        pytest.param({"inputs": {"name": "mine"}}, "mine", id="the program's"),
        pytest.param({"old_inputs": {"name": "old"}}, "old", id="the last run's"),
        pytest.param({}, "resource", id="the proposed one"),
    ],
)
async def test_name_comes_from_the_first_who_has_one(
    provider: Provider, more: dict[str, Any], name: str
) -> None:
    given = {"inputs": {}} | more
    response = await provider.check(check(**given))
    assert (response.inputs, response.failures) == ({"name": name}, [])


async def test_name_is_wanted_once_where_nobody_has_one(provider: Provider) -> None:
    response = await provider.check(check({}, proposed_name=None))
    assert response.failures == ["name: is required: autonaming is disabled"]


async def test_request_stays_as_it_came(provider: Provider) -> None:
    request = check({"mtu": None})
    await provider.check(request)
    assert request.inputs == {"mtu": None}


@pytest.mark.parametrize(
    ("token", "inputs", "path"),
    [
        pytest.param(CLUSTER_NETWORK, {"name": HIDDEN}, ("name",), id="a name"),
        pytest.param(CLUSTER_NETWORK, {"labels": HIDDEN}, ("labels",), id="a text for a map"),
        pytest.param(
            VM_NETWORK,
            WANTED | {"vlanTrunk": [{"minID": 3077, "maxID": 5}]},
            ("vlanTrunk", 0, "minID"),
            id="a number in a list",
        ),
        pytest.param(
            VM_NETWORK,
            WANTED | {"vlanTrunk": [{"minID": 3077, "maxID": 5}]},
            ("vlanTrunk",),
            id="a list",
        ),
    ],
)
async def test_check_never_quotes_a_secret(
    provider: Provider, token: str, inputs: Properties, path: tuple[int | str, ...]
) -> None:
    response = await provider.check(check(inputs, token, secrets=frozenset({path})))
    told = " ".join(response.failures)
    assert "what is wrong with it would tell a secret" in told
    assert HIDDEN not in told
    assert "3077" not in told


async def test_problem_beside_a_secret_is_told(provider: Provider) -> None:
    inputs = {"name": "data", "mtu": "x", "labels": {"a": HIDDEN}}
    response = await provider.check(check(inputs, secrets=frozenset({("labels", "a")})))
    assert response.failures == ["mtu: must be a whole number, not the text 'x'"]


def given(kind: str, **inputs: Any) -> CheckRequest:
    """A Check of something whose cluster network is the ClusterNetwork of this program."""
    inputs = {"clusterNetwork": UNKNOWN, **inputs}
    urn = about(CLUSTER_NETWORK)["urn"]
    references = {("clusterNetwork",): urn}
    return check(inputs, f"harvester-net:index:{kind}", references=references)


@pytest.mark.parametrize("kind", ["NetworkConfig", "VmNetwork"])
@pytest.mark.parametrize(
    ("network", "own", "follows"),
    [
        pytest.param({"name": "data", "mtu": 9000}, {}, {"mtu": 9000}, id="the network's MTU"),
        pytest.param({"name": "data", "mtu": 0}, {}, {"mtu": 0}, id="as it is spelled"),
        pytest.param({"name": "data", "mtu": 9000}, {"mtu": None}, {"mtu": 9000}, id="null"),
        pytest.param({"name": "data"}, {}, {}, id="an absent one is no wish"),
        pytest.param(
            {"name": "data", "mtu": UNKNOWN}, {}, {"mtu": UNKNOWN}, id="not known yet"
        ),
        pytest.param(
            {"name": "data", "mtu": 9000}, {"mtu": 9000}, {"mtu": 9000}, id="its own"
        ),
    ],
)
async def test_resource_for_the_name_gives_name_and_mtu_in_every_language(
    provider: Provider, kind: str, network: Properties, own: Properties, follows: Properties
) -> None:
    await provider.check(check(network))
    response = await provider.check(given(kind, **own))
    seen = {key: response.inputs[key] for key in ("mtu",) if key in response.inputs}
    assert response.inputs["clusterNetwork"] == "data"
    assert seen == follows


async def test_resource_gives_its_name_alone_to_what_has_no_mtu(provider: Provider) -> None:
    await provider.check(check({"name": "data", "mtu": 9000}))
    response = await provider.check(given("StorageNetwork", vlan=5, range="10.0.0.0/24"))
    assert response.inputs == {"clusterNetwork": "data", "vlan": 5, "range": "10.0.0.0/24"}
    assert response.failures == []


async def test_other_mtu_beside_the_resource_is_refused(provider: Provider) -> None:
    await provider.check(check({"name": "data", "mtu": 9000}))
    response = await provider.check(given("VmNetwork", vlan=5, mtu=1500))
    assert response.failures == [
        "mtu: 1500 is not the 9000 of ClusterNetwork data; the MTU is decided there, leave it "
        "out here"
    ]


async def test_secret_mtu_is_not_handed_on(provider: Provider) -> None:
    secret = check({"name": "data", "mtu": 9000}, secrets=frozenset({("mtu",)}))
    await provider.check(secret)
    response = await provider.check(given("VmNetwork", vlan=5))
    assert response.inputs == {"clusterNetwork": "data", "vlan": 5, "name": "resource"}


async def test_resource_of_another_provider_is_its_id(provider: Provider) -> None:
    response = await provider.check(given("VmNetwork", clusterNetwork="data", vlan=5))
    assert response.inputs == {"clusterNetwork": "data", "vlan": 5, "name": "resource"}


POOL = "harvester-net:index:DhcpPool"
IN_POOL = {
    "cidr": "192.168.100.0/24",
    "serverIp": "192.168.100.2",
    "start": "192.168.100.10",
    "end": "192.168.100.200",
}


@pytest.mark.parametrize(
    ("network", "given_as", "seen"),
    [
        ({"name": "web"}, UNKNOWN, "default/web"),
        ({"name": "web", "namespace": "shop"}, UNKNOWN, "shop/web"),
        ({"name": "web", "namespace": UNKNOWN}, UNKNOWN, UNKNOWN),
        ({"name": "web", "namespace": HIDDEN}, "shop/web", "shop/web"),
    ],
    ids=["default namespace", "its namespace", "not known yet", "a secret is not handed on"],
)
async def test_vm_network_for_its_key_is_known_before_it_is_made(
    provider: Provider, network: Properties, given_as: Any, seen: Any
) -> None:
    secret = {("namespace",)} if HIDDEN in network.values() else set()
    inputs = {"clusterNetwork": "data", "vlan": 5} | network
    made = check(inputs, VM_NETWORK, secrets=frozenset(secret))
    await provider.check(made)
    references = {("vmNetwork",): made.urn}
    pool = IN_POOL | {"vmNetwork": given_as}
    response = await provider.check(check(pool, POOL, references=references))
    assert (response.inputs["vmNetwork"], response.failures) == (seen, [])


async def test_resource_of_another_type_is_refused(provider: Provider) -> None:
    urn = f"urn:pulumi:dev::site::my:index:Site${VM_NETWORK}::app"
    references = {("clusterNetwork",): urn}
    inputs = {"clusterNetwork": "default/app", "vlan": 5}
    response = await provider.check(check(inputs, VM_NETWORK, references=references))
    assert response.failures == [
        "clusterNetwork: is a harvester-net:index:VmNetwork; give a ClusterNetwork, or its "
        "name"
    ]


@pytest.mark.parametrize("request_of", ["check", "diff", "delete"])
async def test_type_that_we_do_not_have_is_refused(offline: Provider, request_of: str) -> None:
    requests: dict[str, Any] = {
        "check": check({}, "harvester-net:index:Other"),
        "diff": DiffRequest(**about("harvester-net:index:Other"), old_inputs={}, inputs={}),
        "delete": DeleteRequest(**about("harvester-net:index:Other"), id="x", outputs={}),
    }
    with pytest.raises(Refused, match="has no resource harvester-net:index:Other; it has"):
        await getattr(offline, request_of)(requests[request_of])


async def test_diff_tells_changes_that_replace_nothing(provider: Provider) -> None:
    new = {"name": "data", "labels": {"a": "b"}}
    response = await provider.diff(DiffRequest(**about(), old_inputs=INPUTS, inputs=new))
    seen = [(c.path, c.property, c.change, c.replaces) for c in response.changes]
    assert seen == [
        ("labels", "labels", "ADD", False),
        ("mtu", "mtu", "DELETE", False),
    ]
    assert not response.delete_before_replace


@pytest.mark.parametrize(
    ("had", "gets", "changes"),
    [
        pytest.param(
            {}, {"mtu": 9000}, [("mtu", "UPDATE")], id="first change after an import"
        ),
        pytest.param({}, {"mtu": 1500}, [], id="spelled out"),
        pytest.param({}, {"mtu": 0}, [], id="spelled out as the default"),
        pytest.param({}, {}, [], id="followed as before"),
        pytest.param({"mtu": 1500}, {}, [], id="followed from now on"),
        pytest.param({"mtu": 9000}, {"mtu": 1500}, [("mtu", "UPDATE")], id="the inputs count"),
    ],
)
async def test_change_of_an_mtu_that_was_followed_shows(
    provider: Provider, had: Properties, gets: Properties, changes: list[tuple[str, str]]
) -> None:
    request = DiffRequest(
        **about(VM_NETWORK),
        old_inputs=WANTED | had,
        inputs=WANTED | gets,
        outputs=WANTED | {FOLLOWED_MTU: 1500},
    )
    response = await provider.diff(request)
    assert [(change.path, change.change) for change in response.changes] == changes


async def test_diff_remembers_an_object_that_is_deleted_before_its_successor_is_made(
    online: Provider, kind: Recording
) -> None:
    """The create of the same URN must not meet the old object at its preview."""
    request = DiffRequest(
        **about(VM_NETWORK), old_inputs=WANTED, inputs=WANTED | {"namespace": "other"}
    )
    response = await online.diff(request)
    assert [(c.path, c.replaces) for c in response.changes] == [("namespace", True)]
    assert response.delete_before_replace
    await online.create(CreateRequest(**about(VM_NETWORK), inputs=WANTED))
    other = about(VM_NETWORK) | {"urn": "another"}
    await online.create(CreateRequest(**other, inputs=WANTED))
    assert [call.replaced for call in kind.calls] == ["tenants/vm100", None]
    assert kind.calls[0].desired_state.leaving == {(NAD, "tenants/vm100")}


async def test_diff_without_a_replacement_remembers_nothing(
    online: Provider, kind: Recording
) -> None:
    new = WANTED | {"labels": {"a": "b"}}
    await online.diff(DiffRequest(**about(VM_NETWORK), old_inputs=WANTED, inputs=new))
    await online.create(CreateRequest(**about(VM_NETWORK), inputs=WANTED))
    assert [call.replaced for call in kind.calls] == [None]
    assert kind.calls[0].desired_state.leaving == set()


@pytest.mark.parametrize(("timeout", "seconds"), [(90.0, 90.0), (0.0, Recording.seconds)])
async def test_time_is_the_programs_or_the_resource_types_own(
    online: Provider, kind: Recording, timeout: float, seconds: float
) -> None:
    request = CreateRequest(**about(VM_NETWORK), inputs=WANTED, timeout=timeout, preview=True)
    await online.create(request)
    assert [(call.deadline.seconds, call.preview) for call in kind.calls] == [(seconds, True)]


async def test_update_hands_over_old_new_and_state_each_in_its_place(
    online: Provider, kind: Recording
) -> None:
    request = UpdateRequest(
        **about(VM_NETWORK),
        id="tenants/vm100",
        inputs={"is": "new"},
        old_inputs={"is": "old"},
        outputs={"is": "state"},
    )
    await online.update(request)
    assert kind.updated == ("tenants/vm100", {"is": "old"}, {"is": "new"}, {"is": "state"})
    assert kind.calls[0].deadline.seconds == Recording.seconds_to_change


async def test_read_keeps_what_only_the_nodes_could_tell(
    online: Provider, kind: Recording
) -> None:
    outputs = {"uid": "old", "nodes": ["n1"]}
    request = ReadRequest(**about(VM_NETWORK), id="a/b", inputs={}, outputs=outputs)
    assert await online.read(request) == Live("a/b", {"uid": "live", "nodes": ["n1"]}, {})


KEYS = {f"tenants/vm{n}": f"tenants-vm{n}" for n in range(5)}


def listing(**more: Any) -> ListRequest:
    return ListRequest(type=VM_NETWORK, **({"query": {}} | more))


@pytest.mark.parametrize(
    ("most", "after", "numbers", "goes_on"),
    [
        pytest.param(2, "", [0, 1], "tenants/vm1", id="the first page"),
        pytest.param(2, "tenants/vm1", [2, 3], "tenants/vm3", id="the next one"),
        pytest.param(2, "tenants/vm3", [4], "", id="the last one"),
        pytest.param(0, "", range(5), "", id="all that one page holds"),
        pytest.param(2, "tenants/vm2x", [3, 4], "", id="after one that is gone"),
        pytest.param(5, "", range(5), "", id="a page that is just full"),
    ],
)
async def test_objects_are_listed_in_pages(
    online: Provider, kind: Recording, most: int, after: str, numbers: Any, goes_on: str
) -> None:
    kind.there = KEYS
    page = await online.list_objects(listing(most=most, after=after))
    keys = [f"tenants/vm{n}" for n in numbers]
    assert page == ListResponse(found={key: KEYS[key] for key in keys}, after=goes_on)


async def test_query_that_the_kind_does_not_know_is_refused(online: Provider) -> None:
    with pytest.raises(Refused) as refused:
        await online.list_objects(listing(query={"vlan": 5, "route": {}}))
    assert str(refused.value) == (
        "VmNetwork is not listed by route, but by namespace, clusterNetwork, type, vlan, mtu"
    )


async def test_nothing_is_listed_offline(offline: Provider) -> None:
    with pytest.raises(Refused, match="listing looks at the cluster, and harvester-net:off"):
        await offline.list_objects(listing())


async def test_offline_is_said_once(offline: Provider, log: Log) -> None:
    await offline.create(CREATE_PREVIEW)
    assert log.warnings == [
        "harvester-net is offline: nothing on the cluster is looked at or changed"
    ]


async def test_environment_can_say_offline(
    provider: Provider, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(module.OFFLINE, "1")
    await provider.configure(ConfigureRequest(inputs={}))
    assert await provider.read(READ) == Live("data", OUTPUTS, INPUTS)
    assert len(log.warnings) == 1


@pytest.mark.parametrize("given", [{}, {"reviewedPlan": " 0123456789ab-2-9,ba9876543210-1-3"}])
async def test_calls_know_the_plans_that_were_reviewed(
    provider: Provider,
    kind: Recording,
    given: Properties,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not given:
        monkeypatch.setenv(module.REVIEWED_PLAN, "0123456789ab-2-9, ba9876543210-1-3")
    await provider.configure(ConfigureRequest(inputs=given))
    await provider.create(CreateRequest(**about(VM_NETWORK), inputs=WANTED, preview=True))
    assert kind.calls[0].reviewed_plans == ("0123456789ab-2-9", "ba9876543210-1-3")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("yes", "'yes' is not the id of a plan, such as 3f2a9c01d2e4-12-31, which"),
        (" , ", "is empty; give the id of a plan, or leave it out"),
        ("0123456789ab-2-9 0123456789ab-2-9", "is not the id of a plan"),
    ],
)
async def test_reviewed_plan_that_is_none_is_refused(
    provider: Provider, text: str, problem: str
) -> None:
    response = await provider.check_config(ConfigureRequest(inputs={"reviewedPlan": text}))
    assert [problem in said for said in response.failures] == [True]


async def test_environment_with_no_plan_is_refused(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(module.REVIEWED_PLAN, "yes")
    with pytest.raises(Refused, match=r"HARVESTER_NET_REVIEWED_PLAN: 'yes' is not the id"):
        await provider.configure(ConfigureRequest(inputs={}))


async def test_offline_create_is_previewed(offline: Provider) -> None:
    live = await offline.create(CREATE_PREVIEW)
    assert live == Live("data", INPUTS | {"uid": UNKNOWN}, INPUTS)


async def test_offline_update_is_previewed_with_what_the_state_knows(
    offline: Provider,
) -> None:
    live = await offline.update(UpdateRequest(**UPDATE, preview=True))
    assert live == Live("data", UPDATE["inputs"] | {"uid": "u1"}, UPDATE["inputs"])


async def test_offline_refresh_is_what_the_state_says(offline: Provider) -> None:
    assert await offline.read(READ) == Live("data", OUTPUTS, INPUTS)


async def test_offline_import_is_refused(offline: Provider) -> None:
    with pytest.raises(Refused, match="data cannot be looked up: harvester-net:offline or"):
        await offline.read(IMPORT)


async def test_offline_writes_are_refused(offline: Provider) -> None:
    writes = [
        offline.create(CREATE),
        offline.update(UpdateRequest(**UPDATE)),
        offline.delete(DELETE),
    ]
    for write in writes:
        with pytest.raises(Refused, match="offline is set, so nothing can be changed"):
            await write


def invocation(token: str, **arguments: Any) -> InvokeRequest:
    return InvokeRequest(token=token, arguments=arguments, preview=True)


async def test_offline_function_that_needs_no_cluster_answers(offline: Provider) -> None:
    token = "harvester-net:index:renderVmNics"
    nic = {"name": "front", "vmNetwork": "default/web", "mac": "02:00:00:00:00:01"}
    response = await offline.invoke(invocation(token, vm="web1", nics=[nic]))
    (made,) = response.result["networks"]
    assert made == {"name": "front", "multus": {"networkName": "default/web"}}


async def test_offline_function_is_refused_after_its_arguments_are_checked(
    offline: Provider,
) -> None:
    token = "harvester-net:index:getClusterNetwork"
    response = await offline.invoke(invocation(token))
    assert (response.result, response.failures) == ({}, ["name: is required"])
    with pytest.raises(Refused, match="looks at the cluster"):
        await offline.invoke(invocation(token, name="data"))


async def test_function_that_we_do_not_have_is_refused(offline: Provider) -> None:
    with pytest.raises(Refused, match="has no function nothing"):
        await offline.invoke(invocation("nothing"))


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (Refused("no"), "no"),
        (Unreachable("gone"), "gone"),
        (DeadlineExceeded("cancelled"), "cancelled"),
        (KeyError("x"), None),
    ],
)
def test_only_expected_failures_have_a_message(error: Exception, message: str | None) -> None:
    assert (Provider.message(error), Provider.partial(error)) == (message, None)


def test_unfinished_object_is_a_partial_failure() -> None:
    error = Unfinished("data", OUTPUTS, INPUTS, ["not ready"])
    assert Provider.partial(error) is error
