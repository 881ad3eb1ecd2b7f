"""A kubeconfig is nowhere to be read, and the engine's log is used as the engine likes it."""

from __future__ import annotations

import asyncio
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from harvester_net.lab.apiserver.errors import status as status_object

from .. import objects
from ..cluster import LabApi, kubeconfig
from ..unit.programs import LEAST
from ..waiting import until
from .kit import Failure, Plugin, Properties, Secret, plugin, urn_of
from .test_calls import ready_node

HIDDEN = "SEKRET9"


def least(kind: str, **more: Any) -> Properties:
    return dict(LEAST[f"harvester-net:index:{kind}"]) | more


def with_token(url: str, token: str) -> Properties:
    return kubeconfig(url, {"token": token})


BROKEN: dict[str, str] = {
    "no YAML": f"clusters: [{HIDDEN}\nusers: {{{HIDDEN}",
    "not a kubeconfig": f"password: {HIDDEN}\nother: 1",
    "a list": f"- {HIDDEN}\n- x",
    "one line that is no path": f"{HIDDEN}",
    "a path that is not here": f"/nowhere/{HIDDEN}",
    "no current context": json.dumps(
        {k: v for k, v in with_token("http://x", HIDDEN).items() if k != "current-context"}
    ),
    "a key that is no base64": json.dumps(
        kubeconfig(
            "https://127.0.0.1:1",
            {"client-certificate-data": f"{HIDDEN}!", "client-key-data": f"{HIDDEN}!"},
        )
    ),
    "a certificate that is none": json.dumps(
        kubeconfig(
            "https://127.0.0.1:1",
            {"client-certificate-data": "U0VLUkVUOQ==", "client-key-data": "U0VLUkVUOQ=="},
        )
    ),
    "a user that is text": json.dumps(
        with_token("http://127.0.0.1:1", "x") | {"users": [{"name": "me", "user": HIDDEN}]}
    ),
    "users that are text": json.dumps(
        with_token("http://127.0.0.1:1", "x") | {"users": HIDDEN}
    ),
}


@pytest.mark.parametrize("case", BROKEN)
async def test_broken_kubeconfig_is_told_and_never_quoted(running: Plugin, case: str) -> None:
    running.engine.said.clear()
    await running.configure(kubeconfig=Secret(BROKEN[case]))
    with pytest.raises(Failure) as failure:
        await running.create("ClusterNetwork", {"name": "data"}, preview=True)
    assert failure.value.code == "FAILED_PRECONDITION"
    assert HIDDEN not in failure.value.message
    assert "Traceback" not in failure.value.message
    assert "did not expect" not in failure.value.message
    assert HIDDEN not in repr(running.engine.said)


async def test_kubeconfig_is_in_no_log_no_error_and_no_answer(
    tmp_path: Path, api: LabApi
) -> None:
    api.deny("POST vlanconfigs", "no")
    api.fail("POST network-attachment-definitions", 403, status_object(403, "Forbidden", "no"))
    api.accept(HIDDEN)
    text = json.dumps(api.access({"token": HIDDEN}))
    answers: list[str] = []
    async with plugin(tmp_path, HARVESTER_NET_DEBUG="1") as process:
        config = {"kubeconfig": Secret(text)}
        answers.append(str(await process.configure(**config)))
        for kind in ("ClusterNetwork", "NetworkConfig", "VmNetwork", "StorageNetwork"):
            try:
                answers.append(str(await process.create(kind, least(kind))))
            except Failure as failure:
                answers.append(str(failure))
        answers.append(repr(process.engine.said))
    assert len(answers) == 6
    answers += [process.stdout.decode(), process.stderr.decode()]
    assert [text for text in answers if HIDDEN in text] == []
    used = {request.headers.get("Authorization") for request in api.seen}
    assert used == {f"Bearer {HIDDEN}"}, "it is used all the same"


async def test_checked_configuration_keeps_the_kubeconfig_secret(running: Plugin) -> None:
    response = await running.check_config({"kubeconfig": Secret(HIDDEN), "offline": "maybe"})
    fields = response.inputs.fields["kubeconfig"].struct_value.fields
    assert fields["value"].string_value == HIDDEN
    assert [HIDDEN in failure.reason for failure in response.failures] == [False]


async def test_temporary_certificates_are_gone_after_use(tmp_path: Path, api: LabApi) -> None:
    (tmp_path / "tmp").mkdir()
    async with plugin(tmp_path, TMPDIR=str(tmp_path / "tmp")) as process:
        broken = kubeconfig(
            "https://127.0.0.1:1",
            {"client-certificate-data": "U0VLUkVUOQ==", "client-key-data": "U0VLUkVUOQ=="},
        )
        await process.configure(kubeconfig=Secret(json.dumps(broken)))
        with pytest.raises(Failure):
            await process.read("ClusterNetwork", "data")
        assert list((tmp_path / "tmp").iterdir()) == []


async def test_nothing_is_ever_logged_as_an_error(plugin: Plugin, api: LabApi) -> None:
    """An ERROR inside a call that goes on shows it as failed (P21.1)."""
    ready_node(api, message="get link eth1 failed")
    api.put(objects.cluster_network("data"))
    api.deny("POST network-attachment-definitions", "no")
    for kind in ("NetworkConfig", "VmNetwork"):
        with pytest.raises(Failure):
            await plugin.create(kind, least(kind), timeout=1)
    assert plugin.engine.of("ERROR") == []
    assert {said.severity for said in plugin.engine.said} <= {"INFO", "WARNING"}


async def test_status_texts_come_at_most_once_a_second(plugin: Plugin, api: LabApi) -> None:
    ready_node(api, message="attempt 0")
    api.put(objects.cluster_network("data"))
    waiting = asyncio.create_task(plugin.create("NetworkConfig", least("NetworkConfig")))
    await plugin.engine.until("0 of 1 nodes ready")
    urn = urn_of("NetworkConfig", "resource")
    attempt = 0
    async with asyncio.timeout(15):
        while len(plugin.engine.status_texts(urn)) < 3:
            attempt += 1
            api.put(objects.vlan_status("rack-a", "n1", f"attempt {attempt}"))
            await asyncio.sleep(0.05)
    api.put(objects.vlan_status("rack-a", "n1"))
    await waiting
    texts = plugin.engine.status_texts(urn)[:3]
    gaps = [later.at - earlier.at for earlier, later in pairwise(texts)]
    assert min(gaps) > 0.8, f"{attempt} changes were told after {gaps}"
    assert {said.severity for said in texts} == {"INFO"}


async def test_last_status_text_is_the_last_word(plugin: Plugin, api: LabApi) -> None:
    """It stays on the line of the finished resource (P21.2)."""
    ready_node(api, message="get link eth1 failed")
    api.put(objects.cluster_network("data"))
    waiting = asyncio.create_task(plugin.create("NetworkConfig", least("NetworkConfig")))
    await plugin.engine.until("0 of 1 nodes ready")
    api.put(objects.vlan_status("rack-a", "n1"))
    await waiting
    urn = urn_of("NetworkConfig", "resource")
    await until(lambda: plugin.engine.status_texts(urn)[-1].message == "ready")


async def test_same_status_text_is_not_repeated(plugin: Plugin, api: LabApi) -> None:
    ready_node(api, message="the very same")
    api.put(objects.cluster_network("data"))
    with pytest.raises(Failure):
        await plugin.create("NetworkConfig", least("NetworkConfig"), timeout=2.5)
    texts = [said.message for said in plugin.engine.said if said.ephemeral]
    assert texts == ["0 of 1 nodes ready; n1: the very same"]


async def test_warning_stays_on_its_resource(plugin: Plugin, api: LabApi) -> None:
    ready_node(api, nodes=())
    api.put(objects.cluster_network("data"))
    await plugin.create("NetworkConfig", least("NetworkConfig"))
    said = await plugin.engine.until("matches no node")
    assert (said.severity, said.ephemeral) == ("WARNING", False)
    assert said.urn == urn_of("NetworkConfig", "resource")
    assert said.message == (
        "nodeSelector: matches no node; the config does nothing until one fits"
    )
