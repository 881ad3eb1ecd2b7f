"""Runners that are not meant to reach the cluster, and clusters that do not answer."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest

from ..cluster import LabApi, kubeconfig
from ..unit.programs import LEAST
from ..waiting import until
from .kit import UNKNOWN, Failure, Plugin, Properties, Secret, plugin, properties_of

WARNING = "harvester-net is offline: nothing on the cluster is looked at or changed"
REFUSAL = (
    "harvester-net:offline is set, so nothing can be changed; unset it (`pulumi config rm "
    "harvester-net:offline`, or HARVESTER_NET_OFFLINE) for a real run"
)
NOWHERE = "http://127.0.0.1:1"
KINDS = {
    "ClusterNetwork": "data",
    "NetworkConfig": "rack-a",
    "VmNetwork": "default/vm100",
    "StorageNetwork": "storage-network",
}


def least(kind: str, **more: Any) -> Properties:
    return dict(LEAST[f"harvester-net:index:{kind}"]) | more


async def refused(call: Any) -> str:
    with pytest.raises(Failure) as failure:
        await call
    assert failure.value.partial is None
    return str(failure.value)


async def test_offline_run_previews_everything_and_writes_nothing(
    tmp_path: Path, api: LabApi
) -> None:
    """The kubeconfig leads somewhere, so that a request would be seen."""
    async with plugin(tmp_path) as offline:
        await offline.configure(offline="true", kubeconfig=Secret(api.kubeconfig()))
        for kind, key in KINDS.items():
            inputs = least(kind)
            outputs = inputs | {"uid": "u1"}
            checked = await offline.check(kind, inputs)
            assert list(checked.failures) == []
            read = await offline.read(kind, key, inputs, outputs)
            assert read.id == key
            assert properties_of(read.inputs) == inputs
            assert properties_of(read.properties) == outputs
            assert read.refresh_before_update
            created = await offline.create(kind, inputs, preview=True)
            assert created.id == key
            assert properties_of(created.properties)["uid"] == UNKNOWN
            updated = await offline.update(
                kind, key, inputs, inputs, outputs=outputs, preview=True
            )
            assert properties_of(updated.properties)["uid"] == "u1"
            assert await refused(offline.create(kind, inputs)) == (
                f"FAILED_PRECONDITION: {REFUSAL}"
            )
            assert await refused(offline.update(kind, key, inputs, inputs)) == (
                f"FAILED_PRECONDITION: {REFUSAL}"
            )
            assert await refused(offline.delete(kind, key, outputs)) == (
                f"FAILED_PRECONDITION: {REFUSAL}"
            )
        told = await refused(offline.invoke("getClusterNetwork", {"name": "data"}))
        assert told == (
            "FAILED_PRECONDITION: harvester-net:index:getClusterNetwork looks at the cluster, "
            "and harvester-net:offline is set"
        )
        assert api.seen == []
        assert offline.engine.of("WARNING") == [WARNING]
        assert len(offline.engine.said) == 1


async def test_import_needs_the_cluster_and_says_so_offline(
    tmp_path: Path, api: LabApi
) -> None:
    async with plugin(tmp_path) as offline:
        await offline.configure(offline="true", kubeconfig=Secret(api.kubeconfig()))
        told = await refused(offline.read("ClusterNetwork", "data"))
        assert "harvester-net:offline" in told
        assert api.seen == []


@pytest.mark.parametrize("value", ["true", "1", "TRUE"])
async def test_environment_can_say_offline(tmp_path: Path, value: str) -> None:
    async with plugin(tmp_path, HARVESTER_NET_OFFLINE=value) as offline:
        await offline.configure()
        await offline.create("ClusterNetwork", {"name": "data"}, preview=True)
        await offline.engine.until(WARNING)


async def test_configuration_that_says_not_offline_wins_over_nothing(tmp_path: Path) -> None:
    async with plugin(tmp_path, HARVESTER_NET_OFFLINE="0") as online:
        await online.configure(offline="false")
        told = await refused(online.read("ClusterNetwork", "data"))
        assert told == (
            "FAILED_PRECONDITION: no kubeconfig at ~/.kube/config; set KUBECONFIG, or `pulumi "
            "config set --secret harvester-net:kubeconfig` (text or path), to reach the "
            "cluster"
        )
        assert online.engine.said == []


async def test_cluster_that_never_answered_is_one_clear_error(tmp_path: Path) -> None:
    """About ten seconds: a server may be starting, but not for ever."""
    async with plugin(tmp_path) as process:
        await process.configure(kubeconfig=Secret(json.dumps(kubeconfig(NOWHERE))))
        began = time.monotonic()
        calls = [
            process.create("ClusterNetwork", {"name": "data"}, preview=True),
            process.read("VmNetwork", "default/vm100"),
        ]
        told = await asyncio.gather(*map(refused, calls))
        assert time.monotonic() - began < 18
    for text in told:
        assert text.startswith(f"FAILED_PRECONDITION: {NOWHERE} does not answer: ")
        assert text.endswith(
            ". Is the kubeconfig the right one? On a machine that is not meant to reach the "
            "cluster: `pulumi config set harvester-net:offline true`"
        )
        assert "\n" not in text
        assert "Traceback" not in text


async def test_outage_of_a_cluster_that_answered_is_waited_for(
    plugin: Plugin, api: LabApi
) -> None:
    api.fail("POST clusternetworks", 503, "starting", times=2)
    api.fail("POST clusternetworks", 0)
    created = await plugin.create("ClusterNetwork", {"name": "data"})
    assert created.id == "data"
    assert api.count("POST clusternetworks") == 4


async def test_outage_that_lasts_is_told_with_how_long_was_waited(
    plugin: Plugin, api: LabApi
) -> None:
    api.fail("POST clusternetworks", 503, "still starting", times=1000)
    told = await refused(plugin.create("ClusterNetwork", {"name": "data"}, timeout=1))
    assert told.startswith("FAILED_PRECONDITION: post ")
    assert told.endswith("still starting (not done after 1 s)")


async def test_cancel_ends_the_wait_for_a_cluster_that_does_not_answer(
    alone: Plugin, api: LabApi
) -> None:
    api.fail("LIST clusternetworks", 503, "starting", times=1000)
    waiting = asyncio.create_task(alone.read("ClusterNetwork", "data"))
    await until(lambda: api.count("LIST clusternetworks"))
    began = time.monotonic()
    await alone.cancel()
    assert "(cancelled)" in await refused(waiting)
    assert time.monotonic() - began < 1
