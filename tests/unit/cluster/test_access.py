"""How the cluster is reached: every way that a kubeconfig knows, and clear words when it
fails.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp import web

from harvester_net.cluster import access as access_module
from harvester_net.cluster.access import Access, AccessSettings, impersonation, load
from harvester_net.cluster.cluster import Cluster
from harvester_net.cluster.deadline import Deadline, DeadlineExceeded
from harvester_net.cluster.errors import (
    BadConnection,
    Forbidden,
    Unauthenticated,
    Unreachable,
)
from harvester_net.cluster.resources import (
    CLUSTER_NETWORK,
    NAD,
    NODE,
    SETTING,
    VLAN_CONFIG,
    VLAN_STATUS,
    VM,
    VMI,
)
from harvester_net.cluster.timings import DEFAULT_TIMINGS, Timings
from harvester_net.kinds.failures import describe

from ...cluster import LabApi, kubeconfig
from ...faults import Seen
from .certificates import Pair, issued, write

CLUSTER = "https://127.0.0.1:1"
HIDDEN = "SEKRET9"


@pytest.fixture(autouse=True)
def _nothing_around(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No kubeconfig of the developer's own, and temporary files where we can see them."""
    (tmp_path / "home").mkdir()
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    monkeypatch.setattr(access_module, "IN_CLUSTER_TOKEN", tmp_path / "no-token")


@pytest.fixture
async def api(certificates: Path, tmp_path: Path) -> AsyncIterator[LabApi]:
    """A cluster that knows some tokens, and whose temporary files are not among ours."""
    (tmp_path / "server").mkdir()
    async with LabApi(certificates, directory=tmp_path / "server") as cluster:
        cluster.accept("abc", "home", "environment", "setting", "second", "from-file")
        cluster.accept("plugged", "brief", "long")
        yield cluster


@asynccontextmanager
async def opened(settings: AccessSettings) -> AsyncIterator[Access]:
    access = await load(settings)
    try:
        yield access
    finally:
        await access.transport.close()


async def request_of(api: LabApi, settings: AccessSettings) -> Seen:
    """The request that the server sees."""
    cluster = Cluster(settings, timings=Timings(first_contact=0))
    try:
        await cluster.list(CLUSTER_NETWORK, Deadline(10))
    finally:
        await cluster.close()
    return api.seen[-1]


async def refused_request_of(api: LabApi, settings: AccessSettings) -> Seen:
    """The request that the server sees, and refuses for want of credentials."""
    with pytest.raises(Forbidden, match="Unauthorized"):
        await request_of(api, settings)
    return api.seen[-1]


async def failure_of(settings: AccessSettings) -> str:
    with pytest.raises(BadConnection) as failure:
        await load(settings)
    return describe(failure.value)


def text(config: Any) -> AccessSettings:
    return AccessSettings(yaml.safe_dump(config), environment="")


async def test_kubeconfig_as_text_and_as_json(api: LabApi) -> None:
    for given in (api.kubeconfig({"token": "abc"}), json.dumps(api.access())):
        seen = await request_of(api, AccessSettings(given, environment=""))
        assert seen.path == "/apis/network.harvesterhci.io/v1beta1/clusternetworks"
        assert seen.headers["Accept"].startswith("application/json")


async def test_kubeconfig_as_a_path(api: LabApi, tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text(api.kubeconfig({"token": "abc"}))
    seen = await request_of(api, AccessSettings(str(path), environment="/nowhere"))
    assert seen.headers["Authorization"] == "Bearer abc"


async def test_kubeconfig_in_the_home_directory(api: LabApi, tmp_path: Path) -> None:
    (tmp_path / "home/.kube").mkdir()
    (tmp_path / "home/.kube/config").write_text(api.kubeconfig({"token": "home"}))
    for settings in (
        AccessSettings(environment=""),
        AccessSettings("~/.kube/config", environment=""),
    ):
        assert (await request_of(api, settings)).headers["Authorization"] == "Bearer home"


async def test_setting_goes_before_the_environment_and_the_home_directory(
    api: LabApi, tmp_path: Path
) -> None:
    (tmp_path / "home/.kube").mkdir()
    (tmp_path / "home/.kube/config").write_text(api.kubeconfig({"token": "home"}))
    other = tmp_path / "other"
    other.write_text(api.kubeconfig({"token": "environment"}))
    seen = await request_of(api, AccessSettings(environment=str(other)))
    assert seen.headers["Authorization"] == "Bearer environment"
    given = api.kubeconfig({"token": "setting"})
    seen = await request_of(api, AccessSettings(given, environment=str(other)))
    assert seen.headers["Authorization"] == "Bearer setting"


async def test_several_files_in_the_environment_are_read_as_one(
    api: LabApi, tmp_path: Path
) -> None:
    whole = api.access({"token": "abc"})
    rest = {"apiVersion": "v1", "kind": "Config"}
    names = ("clusters", "users", "contexts")
    parts = {name: rest | {name: whole[name]} for name in names}
    parts["contexts"]["current-context"] = "lab"
    for name, part in parts.items():
        (tmp_path / name).write_text(yaml.safe_dump(part))
    environment = ":".join(str(tmp_path / name) for name in [*names, "missing"])
    seen = await request_of(api, AccessSettings(environment=environment))
    assert seen.headers["Authorization"] == "Bearer abc"


async def test_another_context_can_be_chosen(api: LabApi) -> None:
    config = kubeconfig(CLUSTER, {"token": "first"})
    two = api.access()["clusters"][0]["cluster"]
    config["clusters"].append({"name": "two", "cluster": two})
    config["users"].append({"name": "second", "user": {"token": "second"}})
    config["contexts"].append(
        {"name": "other", "context": {"cluster": "two", "user": "second"}}
    )
    given = yaml.safe_dump(config)
    seen = await request_of(api, AccessSettings(given, "other", environment=""))
    assert seen.headers["Authorization"] == "Bearer second"


async def test_context_that_is_not_there_is_named() -> None:
    told = await failure_of(
        AccessSettings(yaml.safe_dump(kubeconfig(CLUSTER)), "nope", environment="")
    )
    assert told.startswith("the kubeconfig text: ")
    assert "nope" in told


async def test_user_without_credentials_sends_none(api: LabApi) -> None:
    given = AccessSettings(api.kubeconfig({}), environment="")
    assert "Authorization" not in (await refused_request_of(api, given)).headers


async def test_token_from_a_file(api: LabApi, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-file\n")
    user = {"tokenFile": str(tmp_path / "token")}
    seen = await request_of(api, AccessSettings(api.kubeconfig(user), environment=""))
    assert seen.headers["Authorization"] == "Bearer from-file"


async def test_user_and_password(api: LabApi) -> None:
    """For what stands before an API server: itself it takes no passwords."""
    user = {"username": "me", "password": "secret"}
    given = AccessSettings(api.kubeconfig(user), environment="")
    seen = await refused_request_of(api, given)
    assert seen.headers["Authorization"] == "Basic bWU6c2VjcmV0"


async def test_impersonation_is_sent_in_headers(api: LabApi) -> None:
    user = {
        "token": "abc",
        "as": "jane",
        "as-uid": "7",
        "as-groups": ["devs", "ops"],
        "as-user-extra": {"reason": ["test"]},
    }
    given = AccessSettings(api.kubeconfig(user), environment="")
    with pytest.raises(Forbidden, match='User "jane" cannot list resource "clusternetworks"'):
        await request_of(api, given)
    api.grant("Group", "ops", "list")
    seen = await request_of(api, AccessSettings(api.kubeconfig(user), environment=""))
    assert seen.headers["Impersonate-User"] == "jane"
    assert seen.headers["Impersonate-Uid"] == "7"
    assert seen.headers["Impersonate-Extra-reason"] == "test"
    assert seen.headers["Authorization"] == "Bearer abc"


async def test_impersonation_from_a_file_is_sent_too(api: LabApi, tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text(api.kubeconfig({"token": "abc", "as": "jane"}))
    api.grant("User", "jane", "list")
    seen = await request_of(api, AccessSettings(environment=str(path)))
    assert seen.headers["Impersonate-User"] == "jane"


@pytest.mark.parametrize(
    ("user", "headers"),
    [
        ({}, []),
        ({"as": "jane"}, [("Impersonate-User", "jane")]),
        (
            {"as": "jane", "as-groups": ["a", "b"]},
            [
                ("Impersonate-User", "jane"),
                ("Impersonate-Group", "a"),
                ("Impersonate-Group", "b"),
            ],
        ),
        ({"as-groups": None, "as-user-extra": None}, []),
        (
            {"as-user-extra": {"scopes": ["x", "y"]}},
            [("Impersonate-Extra-scopes", "x"), ("Impersonate-Extra-scopes", "y")],
        ),
    ],
)
def test_headers_of_impersonation(user: Any, headers: list[tuple[str, str]]) -> None:
    assert impersonation(user) == headers


async def test_proxy_is_used(api: LabApi) -> None:
    """The server's other door, without TLS, takes the part of the proxy: there comes a
    request for another host.
    """
    proxy = web.AppRunner(api.application())
    await proxy.setup()
    await web.TCPSite(proxy, "127.0.0.1", 0).start()
    door = f"http://127.0.0.1:{proxy.addresses[0][1]}"
    config = kubeconfig("http://cluster.invalid:8080", {"token": "abc"}, **{"proxy-url": door})
    try:
        seen = await request_of(api, text(config))
    finally:
        await proxy.cleanup()
    assert seen.headers["Host"] == "cluster.invalid:8080"


@pytest.fixture(scope="module")
def authority() -> Pair:
    return issued("authority")


@asynccontextmanager
async def served_by(server: Pair, authority: Pair, tmp_path: Path) -> AsyncIterator[LabApi]:
    """A cluster that shows this certificate, and takes users of this authority."""
    for place in (tmp_path / "certificates", tmp_path / "server"):
        place.mkdir()
    write(tmp_path / "certificates", "ca", authority)
    write(tmp_path / "certificates", "kube-apiserver", server)
    directory = tmp_path / "server"
    async with LabApi(tmp_path / "certificates", directory=directory) as cluster:
        cluster.grant("User", "me", "list")
        yield cluster


@pytest.fixture
async def certified(authority: Pair, tmp_path: Path) -> AsyncIterator[LabApi]:
    """A cluster that knows user `me` by a certificate of this authority."""
    server = issued("localhost", authority, address="127.0.0.1")
    async with served_by(server, authority, tmp_path) as cluster:
        yield cluster


async def test_client_certificate_in_the_text(
    certified: LabApi, authority: Pair, tmp_path: Path
) -> None:
    client = issued("me", authority)
    user = {
        "client-certificate-data": client.certificate_data,
        "client-key-data": client.key_data,
    }
    await request_of(certified, text(certified.access(user)))
    await refused_request_of(certified, text(certified.access({})))
    assert list((tmp_path / "tmp").iterdir()) == [], "keys must not stay on the disk"


async def test_client_certificate_in_files_beside_the_kubeconfig(
    certified: LabApi, authority: Pair, tmp_path: Path
) -> None:
    write(tmp_path, "ca", authority)
    write(tmp_path, "me", issued("me", authority))
    user = {"client-certificate": "me.crt", "client-key": "me.key"}
    config = kubeconfig(certified.url, user, **{"certificate-authority": "ca.crt"})
    (tmp_path / "config").write_text(yaml.safe_dump(config))
    await request_of(certified, AccessSettings(str(tmp_path / "config"), environment=""))


async def test_server_of_another_authority_is_not_trusted(
    authority: Pair, tmp_path: Path
) -> None:
    server = issued("localhost", issued("somebody else"), address="127.0.0.1")
    async with served_by(server, authority, tmp_path) as api:
        with pytest.raises(Unreachable, match="certificate verify failed"):
            await request_of(api, text(api.access()))
        assert api.seen == []
        user = {"token": api.plane.users.token("admin")}
        insecure = kubeconfig(api.url, user, **{"insecure-skip-tls-verify": True})
        await request_of(api, text(insecure))


async def test_name_of_the_servers_certificate_can_be_given(
    authority: Pair, tmp_path: Path
) -> None:
    server = issued("harvester.lab", authority)
    async with served_by(server, authority, tmp_path) as api:
        with pytest.raises(Unreachable):
            await request_of(api, text(api.access()))
        named = api.access(None, **{"tls-server-name": "harvester.lab"})
        await request_of(api, text(named))


def credentials(tmp_path: Path, script: str, version: str = "v1") -> dict[str, Any]:
    """A user whose credentials come from a program."""
    program = tmp_path / "credentials"
    program.write_text("#!/bin/sh\n" + script)
    program.chmod(0o700)
    return {
        "exec": {
            "apiVersion": f"client.authentication.k8s.io/{version}",
            "command": str(program),
            "env": [{"name": "FLAVOUR", "value": "plain"}],
            "args": ["login"],
            "interactiveMode": "Never",
        }
    }


def printed(version: str, **status: str) -> str:
    """The output of a credential plugin, as a line of shell."""
    answer = {
        "apiVersion": f"client.authentication.k8s.io/{version}",
        "kind": "ExecCredential",
        "status": status,
    }
    return f"cat <<'END'\n{json.dumps(answer)}\nEND\n"


@pytest.mark.parametrize("version", ["v1", "v1beta1"])
async def test_credential_plugin_gives_the_token(
    api: LabApi, tmp_path: Path, version: str
) -> None:
    script = f'echo "$FLAVOUR $1" > {tmp_path}/called\n' + printed(version, token="plugged")
    user = credentials(tmp_path, script, version)
    seen = await request_of(api, AccessSettings(api.kubeconfig(user), environment=""))
    assert seen.headers["Authorization"] == "Bearer plugged"
    assert (tmp_path / "called").read_text() == "plain login\n"


async def test_credentials_of_a_plugin_are_renewed_when_they_end(
    api: LabApi, tmp_path: Path
) -> None:
    script = f"echo x >> {tmp_path}/calls\n" + printed(
        "v1", token="brief", expirationTimestamp="2020-01-01T00:00:00Z"
    )
    user = credentials(tmp_path, script)
    cluster = Cluster(AccessSettings(api.kubeconfig(user), environment=""))
    await cluster.list(CLUSTER_NETWORK, Deadline(10))
    first = len((tmp_path / "calls").read_text().split())
    cluster.invalidate(CLUSTER_NETWORK)
    await cluster.list(CLUSTER_NETWORK, Deadline(10))
    await cluster.close()
    assert len((tmp_path / "calls").read_text().split()) > first


async def test_credentials_that_last_are_asked_for_once(api: LabApi, tmp_path: Path) -> None:
    script = f"echo x >> {tmp_path}/calls\n" + printed(
        "v1", token="long", expirationTimestamp="2099-01-01T00:00:00Z"
    )
    user = credentials(tmp_path, script)
    cluster = Cluster(AccessSettings(api.kubeconfig(user), environment=""))
    for _ in range(5):
        await cluster.list(CLUSTER_NETWORK, Deadline(10))
        cluster.invalidate(CLUSTER_NETWORK)
    await cluster.close()
    assert (tmp_path / "calls").read_text() == "x\n"
    assert {seen.headers["Authorization"] for seen in api.seen} == {"Bearer long"}


async def test_credential_plugin_runs_once_for_requests_side_by_side(
    api: LabApi, tmp_path: Path
) -> None:
    script = f"echo x >> {tmp_path}/calls\n" + printed(
        "v1", token="long", expirationTimestamp="2099-01-01T00:00:00Z"
    )
    user = credentials(tmp_path, script)
    cluster = Cluster(AccessSettings(api.kubeconfig(user), environment=""))
    kinds = (CLUSTER_NETWORK, VLAN_CONFIG, NAD)
    await asyncio.gather(*(cluster.list(kind, Deadline(10)) for kind in kinds))
    await cluster.close()
    assert (tmp_path / "calls").read_text() == "x\n"


async def test_credential_plugin_that_waits_for_a_login_has_a_limit(
    api: LabApi, tmp_path: Path
) -> None:
    user = credentials(tmp_path, "exec sleep 60\n")
    timings = replace(DEFAULT_TIMINGS, credentials=0.1, first_contact=0.1)
    settings = AccessSettings(api.kubeconfig(user), environment="")
    cluster = Cluster(settings, timings=timings)
    with pytest.raises(Unreachable, match="gave no credentials within 0 s"):
        await asyncio.wait_for(cluster.list(CLUSTER_NETWORK, Deadline(1)), 10)
    await cluster.close()


async def test_credential_plugin_that_waits_for_a_login_obeys_the_user(
    api: LabApi, tmp_path: Path
) -> None:
    user = credentials(tmp_path, "exec sleep 60\n")
    cluster = Cluster(AccessSettings(api.kubeconfig(user), environment=""))
    cancelled = asyncio.Event()
    asking = asyncio.ensure_future(cluster.list(CLUSTER_NETWORK, Deadline(60, cancelled)))
    await asyncio.sleep(0.1)
    cancelled.set()
    with pytest.raises(DeadlineExceeded, match="cancelled"):
        await asyncio.wait_for(asking, 5)
    await cluster.close()


async def test_plugin_is_asked_again_when_the_server_knows_its_token_no_more(
    api: LabApi, tmp_path: Path
) -> None:
    script = f"echo x >> {tmp_path}/calls\n" + printed("v1", token="plugged")
    user = credentials(tmp_path, script)
    cluster = Cluster(AccessSettings(api.kubeconfig(user), environment=""))
    await cluster.list(CLUSTER_NETWORK, Deadline(10))
    api.fail("LIST vlanconfigs", 401, "Unauthorized")
    assert await cluster.list(VLAN_CONFIG, Deadline(10)) == {}
    api.fail("LIST network-attachment-definitions", 401, "Unauthorized", times=9)
    with pytest.raises(Unauthenticated):
        await cluster.list(NAD, Deadline(10))
    await cluster.close()
    assert (tmp_path / "calls").read_text() == "x\nx\nx\n"
    assert api.counts()["LIST network-attachment-definitions"] == 2


async def test_requests_side_by_side_log_in_once_and_end_none_of_each_other(
    api: LabApi, tmp_path: Path
) -> None:
    """Each closed the connection on which the others were waiting: an AssertionError."""
    script = f"echo x >> {tmp_path}/calls\n" + printed("v1", token="plugged")
    user = credentials(tmp_path, script)
    cluster = Cluster(AccessSettings(api.kubeconfig(user), environment=""))
    await cluster.list(CLUSTER_NETWORK, Deadline(10))
    kinds = (VLAN_CONFIG, VLAN_STATUS, NAD, VM, VMI, NODE, SETTING)
    for kind in kinds:
        api.fail(f"LIST {kind.plural}", 401, "Unauthorized")
    found = await asyncio.gather(*(cluster.list(kind, Deadline(10)) for kind in kinds))
    await cluster.close()
    assert len(found) == len(kinds)
    assert (tmp_path / "calls").read_text() == "x\nx\n"


async def test_token_that_is_refused_is_told_of_whatever_is_asked_beside_it(
    api: LabApi,
) -> None:
    user = {"token": "unknown"}
    cluster = Cluster(AccessSettings(api.kubeconfig(user), environment=""))
    kinds = (VLAN_CONFIG, VLAN_STATUS, NAD, VM, VMI, NODE, SETTING)
    asked = (cluster.list(kind, Deadline(10)) for kind in kinds)
    errors = await asyncio.gather(*asked, return_exceptions=True)
    await cluster.close()
    assert {type(error) for error in errors} == {Unauthenticated}


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("echo please log in >&2; exit 3\n", "please log in"),
        ("echo no JSON\n", "failed to decode process output"),
        ("echo '{}'\n", "missing key 'apiVersion'"),
        (printed("v1alpha1", token="x"), "v1alpha1 does not match"),
        (printed("v1"), "missing token"),
    ],
)
async def test_credential_plugin_that_fails_is_told_with_its_own_words(
    tmp_path: Path, script: str, expected: str
) -> None:
    user = credentials(tmp_path, script)
    told = await failure_of(text(kubeconfig(CLUSTER, user)))
    assert told.startswith(
        f"the kubeconfig text: the credential plugin '{tmp_path}/credentials' gave no "
        "credentials: "
    )
    assert expected in told


async def test_credential_plugin_that_is_not_installed_is_named(tmp_path: Path) -> None:
    user = credentials(tmp_path, "")
    user["exec"]["command"] = "/nowhere/kubelogin"
    assert "/nowhere/kubelogin" in await failure_of(text(kubeconfig(CLUSTER, user)))


async def test_credential_plugin_that_prints_garbage_is_not_quoted(tmp_path: Path) -> None:
    user = credentials(tmp_path, f"echo '{HIDDEN} {{'\n")
    assert HIDDEN not in await failure_of(text(kubeconfig(CLUSTER, user)))


def without(name: str) -> dict[str, Any]:
    config = kubeconfig(CLUSTER, {"token": HIDDEN})
    del config[name]
    return config


BROKEN: list[tuple[str, str, str]] = [
    ("no YAML", f"a: [{HIDDEN}\nb: {{", "the kubeconfig text is not valid YAML"),
    (
        "no kubeconfig",
        f"password: {HIDDEN}\nx: y",
        "the kubeconfig text has no clusters; it is not a kubeconfig",
    ),
    (
        "a list",
        f"- {HIDDEN}\n- y",
        "the kubeconfig text has no clusters; it is not a kubeconfig",
    ),
    ("no users", yaml.safe_dump(without("users")), "the kubeconfig text"),
    ("no contexts", yaml.safe_dump(without("contexts")), "the kubeconfig text"),
    ("no current context", yaml.safe_dump(without("current-context")), "the kubeconfig text"),
    (
        "neither a text nor a path",
        HIDDEN,
        "the given kubeconfig is neither the text of a kubeconfig nor the path of a file that "
        "is here",
    ),
    (
        "a path that is not here",
        f"/nowhere/{HIDDEN}",
        "the given kubeconfig is neither the text of a kubeconfig nor the path of a file that "
        "is here",
    ),
    (
        "a certificate that is none",
        yaml.safe_dump(
            kubeconfig(
                CLUSTER,
                {"client-certificate-data": "U0VLUkVUOQ==", "client-key-data": "U0VLUkVUOQ=="},
            )
        ),
        "the kubeconfig text cannot be used as a kubeconfig: ",
    ),
    (
        "data that is no base64",
        yaml.safe_dump(
            kubeconfig(
                CLUSTER, {"client-certificate-data": f"{HIDDEN}", "client-key-data": HIDDEN}
            )
        ),
        "the kubeconfig text cannot be used as a kubeconfig: ",
    ),
    (
        "a user that is text",
        yaml.safe_dump(kubeconfig(CLUSTER) | {"users": [{"name": "me", "user": HIDDEN}]}),
        "the kubeconfig text",
    ),
]


@pytest.mark.parametrize(
    ("given", "expected"), [pytest.param(g, e, id=what) for what, g, e in BROKEN]
)
async def test_broken_kubeconfig_is_told_and_never_quoted(given: str, expected: str) -> None:
    told = await failure_of(AccessSettings(given, environment=""))
    assert told.startswith(expected)
    assert HIDDEN not in told


async def test_broken_file_is_told_by_its_path_and_never_quoted(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text(f"a: [{HIDDEN}\nb: {{")
    told = await failure_of(AccessSettings(str(path), environment=""))
    assert told == f"{path} is not valid YAML"


async def test_temporary_files_are_gone_after_a_failure_too(tmp_path: Path) -> None:
    broken = {"client-certificate-data": "U0VLUkVUOQ==", "client-key-data": "U0VLUkVUOQ=="}
    await failure_of(text(kubeconfig(CLUSTER, broken)))
    assert list((tmp_path / "tmp").iterdir()) == []


async def test_no_kubeconfig_anywhere_is_told_with_what_to_do() -> None:
    assert await failure_of(AccessSettings(environment="")) == (
        "no kubeconfig at ~/.kube/config; set KUBECONFIG, or `pulumi config set --secret "
        "harvester-net:kubeconfig` (text or path), to reach the cluster"
    )
    assert await failure_of(AccessSettings(environment="/nowhere/a:/nowhere/b")) == (
        "no kubeconfig at /nowhere/a:/nowhere/b; set KUBECONFIG, or `pulumi config set "
        "--secret harvester-net:kubeconfig` (text or path), to reach the cluster"
    )


async def test_pod_without_its_environment_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = tmp_path / "token"
    token.write_text("pod")
    monkeypatch.setattr(access_module, "IN_CLUSTER_TOKEN", token)
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    told = await failure_of(AccessSettings(environment=""))
    assert told.startswith("the pod's service account: ")


async def test_kubeconfig_goes_before_the_pods_account(
    api: LabApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text("pod")
    monkeypatch.setattr(access_module, "IN_CLUSTER_TOKEN", tmp_path / "token")
    settings = AccessSettings(api.kubeconfig({"token": "abc"}), environment="")
    assert (await request_of(api, settings)).headers["Authorization"] == "Bearer abc"


def test_settings_do_not_show_the_kubeconfig() -> None:
    assert HIDDEN not in repr(AccessSettings(HIDDEN, environment=""))


async def test_environment_is_read_when_the_settings_are_made(
    api: LabApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config").write_text(api.kubeconfig({"token": "abc"}))
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "config"))
    async with opened(AccessSettings()) as access:
        assert access.server == api.url
