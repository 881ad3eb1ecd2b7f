"""The definitions of the embedded control plane say the same as the real ones.

Both are given to an embedded server, which has no webhooks, and their answers to the same
creations are compared. A third test asks the real server what it says by our schemas: not
least by the rules in CEL, which the embedded one knows by heart.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvester_net.lab.api import ApiError
from harvester_net.lab.apiserver import ControlPlane, StatusError, discovery, patches
from harvester_net.lab.apiserver.admission import Admission, User
from harvester_net.lab.apiserver.objects import Object, copied
from harvester_net.lab.apiserver.requests import RequestInfo
from harvester_net.lab.apiserver.resources import Resource
from harvester_net.lab.apiserver.writing import Writer
from harvester_net.lab.client import Client
from harvester_net.lab.manifests.definitions import definitions
from harvester_net.lab.status import REAL
from lab import Lab
from lab.building import ensure
from lab.definitions import definitions as real_definitions
from lab.fixtures import OPTION

from .random_objects import head, mistakes, objects

Definitions = dict[str, Object]

NETWORK = "network.harvesterhci.io"
HOST_NETWORK_CONFIGS = f"hostnetworkconfigs.{NETWORK}"
NETWORKS = (
    f"clusternetworks.{NETWORK}",
    f"vlanconfigs.{NETWORK}",
    f"vlanstatuses.{NETWORK}",
    f"linkmonitors.{NETWORK}",
    HOST_NETWORK_CONFIGS,
    "network-attachment-definitions.k8s.cni.cncf.io",
    "settings.harvesterhci.io",
)
CHECKED = (
    *NETWORKS,
    "keypairs.harvesterhci.io",
    "settings.longhorn.io",
    "ippools.whereabouts.cni.cncf.io",
    "overlappingrangeipreservations.whereabouts.cni.cncf.io",
    "volumesnapshotclasses.snapshot.storage.k8s.io",
)
"""Kinds whose whole schema is ours."""
NEWER = "v1.8.0"
"""A version that has all of them."""
NEEDLESS = {
    "clone.kubevirt.io",
    "export.kubevirt.io",
    "instancetype.kubevirt.io",
    "migrations.kubevirt.io",
    "pool.kubevirt.io",
    "snapshot.kubevirt.io",
}
"""Groups of the real lab that nothing of ours asks for."""
NEEDLESS_KINDS = {
    "virtualmachineinstancepresets.kubevirt.io",
    "virtualmachineinstancereplicasets.kubevirt.io",
}
STATUS_OF: Definitions = {
    HOST_NETWORK_CONFIGS: {"spec": {"clusterNetwork": "c", "mode": "dhcp", "vlanID": 1}},
    "settings.longhorn.io": {"value": ""},
}
"""Those whose status is a subresource, and a whole object of them."""
TOO_MANY_IPS = {f"node{number}": "10.0.0.1/16" for number in range(501)}
EXAMPLES = 200
ASKED = int(os.environ.get("HARVESTER_NET_DIFFERENTIAL_CASES", "60"))
"""Of the real server, for each kind."""


@pytest.fixture(scope="module")
def real() -> Definitions:
    tool = "kubevirt-manifests"
    found = real_definitions(ensure([tool])[tool])
    return {each["metadata"]["name"]: each for each in found}


@pytest.fixture(scope="module")
def ours(real: Definitions) -> Definitions:
    return _ours(_version(real))


def _version(real: Definitions) -> str:
    """The Harvester whose network controller the real lab has."""
    return "v1.8.0" if HOST_NETWORK_CONFIGS in real else "v1.7.1"


def _ours(version: str) -> Definitions:
    return {each["metadata"]["name"]: each for each in definitions(version)}


@pytest.mark.parametrize("name", _ours(NEWER))
def test_names_versions_and_subresources_are_the_real_ones(
    real: Definitions, ours: Definitions, name: str
) -> None:
    _require(name, real)
    assert _facts(ours[name]) == _facts(real[name])
    shown = _columns(ours[name])
    assert [each for each in _columns(real[name]) if each in shown] == shown


def test_what_is_left_out_is_not_needed(real: Definitions, ours: Definitions) -> None:
    left = {name: each for name, each in real.items() if name not in ours}
    of_groups = {name for name in left if left[name]["spec"]["group"] in NEEDLESS}
    assert left.keys() - of_groups == NEEDLESS_KINDS


@pytest.mark.parametrize("name", CHECKED)
def test_answers_are_those_by_the_real_schema(
    real: Definitions, ours: Definitions, name: str
) -> None:
    _require(name, real)
    judge, candidate = Server(real[name]), Server(ours[name])

    def agree(obj: Object, strict: bool) -> None:
        assert candidate.answer(obj, strict) == judge.answer(obj, strict)

    for obj in (*mistakes(real[name]), *mistakes(ours[name])):
        agree(obj, False)
    any_object = objects(real[name]) | objects(ours[name])
    _examples(EXAMPLES)(given(any_object, st.booleans())(agree))()


@pytest.mark.parametrize("name", STATUS_OF)
def test_status_is_answered_as_by_the_real_schema(
    real: Definitions, ours: Definitions, name: str
) -> None:
    _require(name, real)
    judge, candidate = Server(real[name]), Server(ours[name])
    judge.keep(STATUS_OF[name])
    candidate.keep(STATUS_OF[name])

    def agree(obj: Object) -> None:
        status = obj.get("status")
        assert candidate.status_answer(status) == judge.status_answer(status)

    for obj in (*mistakes(real[name]), *mistakes(ours[name])):
        agree(obj)
    _examples(EXAMPLES)(given(objects(real[name]) | objects(ours[name]))(agree))()


VM_BROKEN: tuple[Object, ...] = (
    {},
    {"spec": {}},
    {"spec": {"template": {}}},
    {"spec": {"template": {"spec": {}}}},
    {"spec": {"template": {"spec": {"domain": {}}}}},
    {"spec": {"template": {"spec": {"domain": {"devices": {}}}}}},
    {"spec": {"template": None}},
    {"spec": {"template": 1, "running": "yes", "runStrategy": True}},
    {"spec": {"domain": 1}},
    {"spec": {"domain": {}}},
    {"spec": {"domain": {"devices": []}}},
    {"spec": {"domain": {"devices": {}}}},
)


@pytest.mark.parametrize(
    "name", ["virtualmachines.kubevirt.io", "virtualmachineinstances.kubevirt.io"]
)
@pytest.mark.parametrize("content", VM_BROKEN, ids=json.dumps)
def test_forgotten_parts_of_vms_are_refused_as_by_the_real_schema(
    real: Definitions, ours: Definitions, name: str, content: Object
) -> None:
    obj = head(ours[name]) | content
    answers = [Server(each[name]).answer(obj, False) for each in (ours, real)]
    if "code" in answers[1]:
        assert answers[0] == answers[1]
    else:
        assert "code" not in answers[0]


@pytest.fixture(scope="module")
def real_server(request: pytest.FixtureRequest) -> Client:
    """The client of a lab of real parts; an embedded one would be compared with itself."""
    if request.config.getoption(OPTION) != REAL:
        pytest.skip(f"needs {OPTION} {REAL}")
    lab: Lab = request.getfixturevalue("lab")
    return lab.client


@pytest.mark.parametrize(
    "api", sorted({head(each)["apiVersion"] for each in definitions(NEWER)})
)
def test_discovery_tells_of_the_same_kinds(
    real_server: Client, ours: Definitions, api: str
) -> None:
    plane = ControlPlane()
    plane.prepare()
    plane.load(ours.values())
    path = f"/apis/{api}"
    told, expected = discovery.document(path, plane.catalog, {}), real_server.get(path)
    assert told is not None
    left_out = {name.partition(".")[0] for name in NEEDLESS_KINDS}
    assert _told(told, set()) == _told(expected, left_out)


def _told(document: Object, left_out: set[str]) -> Object:
    """A document in an order of its own, without kinds and what clients have no use for."""
    resources = [
        {**each, "verbs": sorted(each["verbs"]), "storageVersionHash": ""}
        for each in document["resources"]
        if each["name"].partition("/")[0] not in left_out
    ]
    return document | {"resources": sorted(resources, key=lambda each: str(each["name"]))}


@pytest.fixture(scope="module")
def served(real_server: Client) -> Iterator[Client]:
    """The real server, with our definitions in groups that no webhook looks at."""
    client, path = real_server, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    made = [_elsewhere(_ours(NEWER)[name]) for name in {*NETWORKS, *STATUS_OF}]
    for each in made:
        client.create(path, each)
    _until(lambda: all(map(_is_established, client.list(path)["items"])))
    yield client
    for each in made:
        client.delete(f"{path}/{each['metadata']['name']}")


@pytest.mark.parametrize("name", NETWORKS)
def test_embedded_server_answers_as_the_real_one(served: Client, name: str) -> None:
    definition = _elsewhere(_ours(NEWER)[name])
    path, embedded = _collection(definition), Server(definition)
    _until(lambda: _is_served(served, path))

    def agree(obj: Object, strict: bool) -> None:
        assert embedded.answer(obj, strict) == _asked(served, path, obj, strict)

    for obj in mistakes(definition):
        agree(obj, False)
    _examples(ASKED)(given(objects(definition), st.booleans())(agree))()


def test_embedded_server_counts_addresses_as_the_real_one(served: Client) -> None:
    definition = _elsewhere(_ours(NEWER)[HOST_NETWORK_CONFIGS])
    spec = STATUS_OF[HOST_NETWORK_CONFIGS]["spec"] | {"ips": TOO_MANY_IPS}
    obj, path = head(definition) | {"spec": spec}, _collection(definition)
    assert Server(definition).answer(obj, False) == _asked(served, path, obj, False)


@pytest.mark.parametrize("name", STATUS_OF)
def test_embedded_server_answers_to_a_status_as_the_real_one(
    served: Client, name: str
) -> None:
    definition = _elsewhere(_ours(NEWER)[name])
    path, embedded = _collection(definition), Server(definition)
    embedded.keep(STATUS_OF[name])
    served.create(path, head(definition) | STATUS_OF[name])

    @_examples(ASKED)
    @given(obj=objects(definition))
    def agree(obj: Object) -> None:
        status = obj.get("status")
        patch = {"status": status}
        asked = _answer(lambda: served.merge_patch(f"{path}/x/status", patch, dryRun="All"))
        assert embedded.status_answer(status) == asked

    agree()


def _examples(count: int) -> settings:
    return settings(max_examples=count, deadline=None, derandomize=True)


class Server:
    """An embedded one that has one definition."""

    def __init__(self, definition: Object) -> None:
        plane = ControlPlane()
        plane.prepare()
        plane.load([definition])
        self._writer = Writer(plane.store, Admission())
        self._resource = _stored(plane, definition)
        self._head = head(definition)

    def answer(self, obj: Object, strict: bool) -> Object:
        """What it makes of a creation: the object or the refusal."""
        return _answer(lambda: self._create(obj, _query(strict)))

    def keep(self, content: Object) -> None:
        """Has an object named x from now on."""
        self._create(self._head | content, {})

    def status_answer(self, status: Any) -> Object:
        """What it makes of another status of that object."""
        content = json.dumps({"status": status}).encode()
        info = self._request("patch", {"dryRun": "All"}, subresource="status", name="x")
        return _answer(
            lambda: self._writer.patch(self._resource, info, _ADMIN, content, patches.MERGE)
        )

    def _create(self, obj: Object, query: dict[str, str]) -> Object:
        content, info = json.dumps(obj).encode(), self._request("create", query)
        return self._writer.create(self._resource, info, _ADMIN, content, "")

    def _request(self, verb: str, query: dict[str, str], **more: str) -> RequestInfo:
        namespace = "default" if self._resource.namespaced else ""
        return RequestInfo("", "", query, verb, namespace=namespace, **more)


_ADMIN = User("admin")


def _stored(plane: ControlPlane, definition: Object) -> Resource:
    names = head(definition)
    found = plane.catalog.of_kind(names["apiVersion"], names["kind"])
    assert found is not None
    return found


def _asked(client: Client, path: str, obj: Object, strict: bool) -> Object:
    return _answer(lambda: client.create(path, obj, **_query(strict)))


def _answer(write: Callable[[], Object]) -> Object:
    try:
        return _content(write())
    except ApiError as refusal:
        return _said(refusal.body)
    except StatusError as refusal:
        return _said(refusal.status)


def _query(strict: bool) -> dict[str, str]:
    return {"dryRun": "All"} | ({"fieldValidation": "Strict"} if strict else {})


def _content(obj: Object) -> Object:
    """All but the metadata, which the server makes."""
    return {name: value for name, value in obj.items() if name != "metadata"}


def _said(status: Object) -> Object:
    """A refusal whose causes are in one order: the real server lists them in none."""
    causes = (status.get("details") or {}).get("causes") or []
    causes = sorted(causes, key=json.dumps)
    message = status["message"]
    for each in sorted(causes, key=lambda cause: -len(cause["message"])):
        message = message.replace(f"{each['field']}: {each['message']}", "<cause>")
    told = {"code": status["code"], "reason": status.get("reason"), "causes": causes}
    return told | {"message": message}


def _elsewhere(definition: Object) -> Object:
    """The same kind in a group of the tests' own."""
    moved: Object = copied(definition)
    spec = moved["spec"]
    # A group for each: two of them have the same plural.
    spec["group"] = f"{definition['metadata']['name'].partition('.')[0]}.{spec['group']}.lab"
    moved["metadata"]["name"] = f"{spec['names']['plural']}.{spec['group']}"
    return moved


def _collection(definition: Object) -> str:
    spec = definition["spec"]
    place = "/namespaces/default" if spec["scope"] == "Namespaced" else ""
    version = head(definition)["apiVersion"]
    return f"/apis/{version}{place}/{spec['names']['plural']}"


def _facts(definition: Object) -> Object:
    """What discovery tells of a definition, and which version is stored."""
    spec = definition["spec"]
    versions = {
        each["name"]: (each["storage"], "status" in (each.get("subresources") or {}))
        for each in spec["versions"]
        if each["served"]
    }
    # The server fills it in where a definition has none.
    names = {"listKind": f"{spec['names']['kind']}List"} | spec["names"]
    return {"scope": spec["scope"], "names": names, "versions": versions}


def _columns(definition: Object) -> list[Object]:
    columns: list[Object] = definition["spec"]["versions"][0].get(
        "additionalPrinterColumns", []
    )
    return columns


def _require(name: str, real: Definitions) -> None:
    if name == HOST_NETWORK_CONFIGS and name not in real:
        pytest.skip("the network controller of the real lab is older than HostNetworkConfigs")


def _is_established(definition: Object) -> bool:
    conditions = (definition.get("status") or {}).get("conditions") or []
    return any(c["type"] == "Established" and c["status"] == "True" for c in conditions)


def _is_served(client: Client, path: str) -> bool:
    try:
        client.list(path)
    except ApiError:
        return False
    return True


def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end, "not served after 20 s"
        time.sleep(0.1)
