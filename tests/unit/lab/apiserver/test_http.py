"""The server over HTTP: reading, writing, pages, subresources, dry runs, admission.

Words and status codes are held against the real server by the conformance suite; here is what
takes more than one request, and what it cannot see.
"""

from __future__ import annotations

import ssl
from pathlib import Path

import aiohttp
import pytest

from harvester_net.lab import certificates
from harvester_net.lab.api import Api, ApiError
from harvester_net.lab.apiserver import AdmissionRequest, ControlPlane, StatusError
from harvester_net.lab.apiserver.admission import User
from harvester_net.lab.apiserver.errors import bad_request
from harvester_net.lab.apiserver.objects import Object

from .conftest import api_of
from .objects import API, GADGETS, MAPS, RACKS, config_map, definition, gadget, rack

ROLES = "/apis/rbac.authorization.k8s.io/v1"


async def test_object_lives_from_creation_to_deletion(api: Api) -> None:
    made = await api.create(GADGETS, gadget("g", spec={"size": 1}))
    assert made["spec"] == {"size": 1, "mode": "plain"}
    assert await api.get(f"{GADGETS}/g") == made
    changed = await api.merge_patch(f"{GADGETS}/g", {"spec": {"size": 2}})
    assert changed["metadata"]["generation"] == 2
    changed["spec"]["mode"] = "other"
    replaced = await api.replace(f"{GADGETS}/g", changed)
    assert replaced["spec"] == {"size": 2, "mode": "other"}
    told = await api.delete(f"{GADGETS}/g")
    assert (told["status"], told["details"]["uid"]) == ("Success", made["metadata"]["uid"])
    with pytest.raises(ApiError, match=r'gadgets\.example\.lab "g" not found'):
        await api.get(f"{GADGETS}/g")


async def test_all_versions_share_their_objects(api: Api) -> None:
    await api.create(GADGETS, gadget("g"))
    other = GADGETS.replace("/v1/", "/v1beta1/")
    assert (await api.get(f"{other}/g"))["apiVersion"] == "example.lab/v1beta1"
    changed = await api.merge_patch(f"{other}/g", {"spec": {"size": 1}})
    assert changed["apiVersion"] == "example.lab/v1beta1"
    (item,) = (await api.list(GADGETS))["items"]
    assert (item["apiVersion"], item["spec"]["size"]) == (API, 1)


async def test_pages_show_the_list_as_it_was_when_the_first_was_asked_for(api: Api) -> None:
    for name in "abcde":
        await api.create(RACKS, rack(name))
    first = await api.list(RACKS, limit="2")
    assert first["metadata"]["remainingItemCount"] == 3
    await api.delete(f"{RACKS}/c")
    await api.create(RACKS, rack("bb"))
    second = await api.list(RACKS, limit="2", **{"continue": first["metadata"]["continue"]})
    last = await api.list(RACKS, limit="2", **{"continue": second["metadata"]["continue"]})
    names = [
        item["metadata"]["name"] for page in (first, second, last) for item in page["items"]
    ]
    assert names == ["a", "b", "c", "d", "e"]
    assert last["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"]
    assert last["metadata"]["continue"] == ""


async def test_page_of_a_forgotten_version_has_expired_and_tells_how_to_go_on(
    api: Api, plane: ControlPlane
) -> None:
    for name in "abc":
        await api.create(RACKS, rack(name))
    first = await api.list(RACKS, limit="1")
    await api.create(RACKS, rack("d"))
    plane.store.forget_history()
    with pytest.raises(ApiError, match="The provided continue parameter is too old") as old:
        await api.list(RACKS, limit="1", **{"continue": first["metadata"]["continue"]})
    assert (old.value.status, old.value.reason) == (410, "Expired")
    rest = await api.list(RACKS, **{"continue": old.value.body["metadata"]["continue"]})
    assert [item["metadata"]["name"] for item in rest["items"]] == ["b", "c", "d"]


async def test_items_of_built_in_lists_do_not_say_what_they_are(api: Api) -> None:
    await api.create(MAPS, config_map("m", a="b"))
    listed = await api.list(MAPS)
    assert listed["kind"] == "ConfigMapList"
    assert not {"apiVersion", "kind"} & listed["items"][0].keys()


async def test_spec_and_status_are_written_apart(api: Api) -> None:
    await api.create(GADGETS, gadget("g", status={"lost": True}))
    both: Object = {"spec": {"size": 1}, "status": {"phase": "x"}}
    of_spec = await api.merge_patch(f"{GADGETS}/g", both)
    assert "status" not in of_spec
    of_status = await api.merge_patch(f"{GADGETS}/g/status", both | {"spec": {"size": 5}})
    assert (of_status["spec"]["size"], of_status["status"]) == (1, {"phase": "x"})
    assert of_status["metadata"]["generation"] == of_spec["metadata"]["generation"]
    of_status["status"] = {"phase": "y"}
    put = await api.replace(f"{GADGETS}/g/status", of_status)
    assert put["status"] == {"phase": "y"}


async def test_dry_runs_are_validated_and_leave_nothing(api: Api) -> None:
    await api.create(GADGETS, gadget("g", spec={"size": 1}))
    await api.create(GADGETS, gadget("h"), dryRun="All")
    await api.merge_patch(f"{GADGETS}/g", {"spec": {"size": 2}}, dryRun="All")
    await api.delete(f"{GADGETS}/g", dryRun="All")
    with pytest.raises(ApiError, match="greater than or equal to 0"):
        await api.create(GADGETS, gadget("i", spec={"size": -1}), dryRun="All")
    (left,) = (await api.list(GADGETS))["items"]
    assert left["spec"]["size"] == 1


async def test_deletion_of_a_collection_takes_what_is_selected(api: Api) -> None:
    for name in "abc":
        await api.create(RACKS, rack(name, labels={"odd": str(name in "ac").lower()}))
    told = await api.delete(RACKS, labelSelector="odd=true")
    assert [item["metadata"]["name"] for item in told["items"]] == ["a", "c"]
    assert [item["metadata"]["name"] for item in (await api.list(RACKS))["items"]] == ["b"]


async def test_definition_is_served_as_soon_as_it_is_created(api: Api) -> None:
    crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    made = await api.create(crds, definition("Widget"))
    assert {each["type"] for each in made["status"]["conditions"]} >= {"Established"}
    await api.create("/apis/example.lab/v1/widgets", rack("w") | {"kind": "Widget"})
    served = (await api.get("/apis/example.lab/v1"))["resources"]
    assert "widgets/status" in [each["name"] for each in served]
    await api.delete(f"{crds}/widgets.example.lab")
    with pytest.raises(ApiError, match="404"):
        await api.list("/apis/example.lab/v1/widgets")


async def test_admission_hears_of_every_write_and_may_change_or_refuse_it(
    api: Api, plane: ControlPlane
) -> None:
    heard: list[tuple[str, str, str, bool]] = []

    def note(request: AdmissionRequest) -> None:
        heard.append((request.operation, request.name, request.subresource, request.dry_run))

    def label(request: AdmissionRequest) -> None:
        if request.object is not None:
            request.object["metadata"]["labels"] = {"by": request.user.name}

    def refuse(request: AdmissionRequest) -> None:
        if (request.object or {}).get("spec", {}).get("size") == 13:
            raise bad_request("no luck")

    plane.admission.mutators.append(label)
    plane.admission.validators += [note, refuse]
    made = await api.create(GADGETS, gadget("g"), dryRun="All")
    assert made["metadata"]["labels"] == {"by": "admin"}
    await api.create(GADGETS, gadget("g"))
    await api.merge_patch(f"{GADGETS}/g/status", {"status": {"a": 1}})
    with pytest.raises(ApiError, match="no luck"):
        await api.merge_patch(f"{GADGETS}/g", {"spec": {"size": 13}}, dryRun="All")
    await api.delete(f"{GADGETS}/g")
    assert heard == [
        ("CREATE", "g", "", True),
        ("CREATE", "g", "", False),
        ("UPDATE", "g", "status", False),
        ("UPDATE", "g", "", True),
        ("DELETE", "g", "", False),
    ]


async def test_mistake_of_the_server_is_an_internal_error(
    api: Api, plane: ControlPlane, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down(request: AdmissionRequest) -> None:
        raise RuntimeError("oh")

    plane.admission.validators.append(break_down)
    with pytest.raises(ApiError, match=r"500.*RuntimeError: oh"):
        await api.create(GADGETS, gadget("g"))
    assert "RuntimeError: oh" in caplog.text


async def test_user_may_what_a_role_says(plane: ControlPlane, api: Api) -> None:
    plane.authenticator.tokens["t"] = User("ann")
    async with Api(plane.url, str(plane.ca_file), "t") as ann:
        with pytest.raises(ApiError, match='User "ann" cannot list resource "racks"'):
            await ann.list(RACKS)
        rules = [{"apiGroups": ["example.lab"], "resources": ["racks"], "verbs": ["list"]}]
        await api.create(f"{ROLES}/clusterroles", {"metadata": {"name": "r"}, "rules": rules})
        reference = {"kind": "ClusterRole", "name": "r"}
        await api.create(
            f"{ROLES}/clusterrolebindings",
            {
                "metadata": {"name": "r"},
                "roleRef": reference,
                "subjects": [{"kind": "User", "name": "ann"}],
            },
        )
        assert (await ann.list(RACKS))["items"] == []
        with pytest.raises(ApiError, match="403"):
            await ann.create(RACKS, rack("r"))


async def test_only_who_may_impersonates(plane: ControlPlane, api: Api) -> None:
    plane.authenticator.tokens["t"] = User("ann")
    tls = ssl.create_default_context(cafile=str(plane.ca_file))
    heads = {"Impersonate-User": "bob"}
    async with aiohttp.ClientSession(plane.url, headers=heads) as session:
        answers = [
            await (
                await session.get(
                    "/api/v1/nodes", ssl=tls, headers={"Authorization": f"Bearer {token}"}
                )
            ).json()
            for token in ("t", plane.users.token("admin"))
        ]
    assert 'User "ann" cannot impersonate resource "users"' in answers[0]["message"]
    assert 'User "bob" cannot list resource "nodes"' in answers[1]["message"]


async def test_client_certificate_tells_the_user(plane: ControlPlane, tmp_path: Path) -> None:
    stranger = certificates.authority()
    for name, authority in (("known", _authority(plane)), ("stranger", stranger)):
        certificates.signed(authority, name).write(tmp_path, name)
    tls = ssl.create_default_context(cafile=str(plane.ca_file))
    tls.load_cert_chain(tmp_path / "known.crt", tmp_path / "known.key")
    async with aiohttp.ClientSession(plane.url) as session:
        async with session.get("/api/v1/nodes", ssl=tls) as answer:
            assert 'User "known" cannot list' in (await answer.json())["message"]
        tls = ssl.create_default_context(cafile=str(plane.ca_file))
        tls.load_cert_chain(tmp_path / "stranger.crt", tmp_path / "stranger.key")
        with pytest.raises(aiohttp.ClientError):
            await session.get("/api/v1/nodes", ssl=tls)


async def test_nothing_is_told_without_credentials(plane: ControlPlane) -> None:
    async with Api(plane.url, str(plane.ca_file), "") as nobody:
        with pytest.raises(ApiError, match="401 Unauthorized"):
            await nobody.get("/version")


async def test_given_directory_stays_and_a_temporary_one_does_not(tmp_path: Path) -> None:
    async with ControlPlane(tmp_path) as given, ControlPlane() as temporary:
        assert given.kubeconfig.exists()
        assert temporary.kubeconfig.exists()
        async with api_of(given) as one, api_of(temporary) as other:
            await one.create(MAPS, config_map("m"))
            assert (await other.list(MAPS))["items"] == []
    assert given.kubeconfig.exists()
    assert not temporary.directory.exists()


def test_refusals_that_load_meets_are_told(tmp_path: Path) -> None:
    plane = ControlPlane(tmp_path)
    plane.prepare()
    with pytest.raises(StatusError, match='namespaces "default" already exists'):
        plane.load(
            [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}}]
        )
    with pytest.raises(KeyError, match=r"Gadget of .* is not served"):
        plane.load([gadget("g")])


def _authority(plane: ControlPlane) -> certificates.Pair:
    """The plane's own certificate authority."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key = load_pem_private_key(plane.ca_file.with_suffix(".key").read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return certificates.Pair(x509.load_pem_x509_certificate(plane.ca_file.read_bytes()), key)
