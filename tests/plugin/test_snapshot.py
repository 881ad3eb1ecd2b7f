"""Previews of a runner that may not reach the cluster, but has a snapshot of it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from harvester_net.cluster.resources import (
    CLUSTER_NETWORK,
    LINK_MONITOR,
    NAD,
    NODE,
    SETTING,
    SUBNET,
    VLAN_CONFIG,
    VLAN_STATUS,
    VM,
    VMI,
    Object,
    Resource,
)
from harvester_net.harvester.site.document import NOT_SERVED, Document, written
from harvester_net.harvester.site.kinds import SITE_KINDS, kept

from .. import objects
from ..unit.programs import LEAST
from .kit import Failure, Plugin, Properties, plugin, properties_of

TIME = "2026-01-01T00:00:00Z"
FOUND: dict[Resource, list[Object]] = {
    NODE: [objects.node("n1")],
    LINK_MONITOR: [objects.link_monitor("nic", {"n1": [objects.link("eth1", 3)]})],
    CLUSTER_NETWORK: [objects.cluster_network("data", 9000)],
    VLAN_CONFIG: [objects.config("rack-a", "data", nodes=["n1"], mtu=9000)],
    VLAN_STATUS: [objects.vlan_status("rack-a", "n1", cluster_network="data")],
    NAD: [objects.nad("vm100", cluster_network="data")],
    SETTING: [objects.setting("server-version", "v1.8.0"), objects.setting("storage-network")],
    VM: [objects.vm("web", "vm100", status="Running", strategy="Always")],
    VMI: [objects.vmi("web", "vm100", node="n1")],
}


def least(kind: str, **more: object) -> Properties:
    return dict(LEAST[f"harvester-net:index:{kind}"]) | more


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = {kind: FOUND.get(kind, []) for kind in SITE_KINDS if kind != SUBNET}
    document = Document("v1.8.0", TIME, kept(found), {SUBNET: NOT_SERVED})
    path = tmp_path / "site.json"
    path.write_text(written(document))
    return path


async def refused(call: Any) -> str:
    with pytest.raises(Failure) as failure:
        await call
    return str(failure.value)


async def test_previews_are_judged_and_functions_answered_by_it_and_nothing_is_written(
    tmp_path: Path, file: Path
) -> None:
    async with plugin(tmp_path) as recorded:
        await recorded.configure(snapshot=str(file))
        new = least("VmNetwork", name="vm200", vlan=200)
        await recorded.create("VmNetwork", new, preview=True)
        wrong = least("VmNetwork", name="vm300", clusterNetwork="other")
        await recorded.create("VmNetwork", wrong, preview=True)
        [_, told] = warnings(recorded)
        assert told.startswith("clusterNetwork: there is no cluster network 'other'")
        storage = least("StorageNetwork", clusterNetwork="data")
        told = await refused(recorded.create("StorageNetwork", storage, preview=True))
        assert "stop default/web, or allow it with disruption.stopVms: true" in told
        network = value(await recorded.invoke("getClusterNetwork", {"name": "data"}))
        assert (network["mtu"], network["networkConfigs"]) == (9000, ["rack-a"])
        nics = value(await recorded.invoke("getNodeNics", {"node": "n1"}))["nics"]
        assert [nic["name"] for nic in nics] == ["eth1"]
        outputs = new | {"uid": "u1"}
        read = await recorded.read("VmNetwork", "default/vm200", new, outputs)
        assert properties_of(read.properties) == outputs
        assert await refused(recorded.create("VmNetwork", new)) == (
            "FAILED_PRECONDITION: harvester-net:snapshot is set, so nothing can be changed; "
            "unset it (`pulumi config rm harvester-net:snapshot`, or HARVESTER_NET_SNAPSHOT) "
            "for a real run"
        )
    where = f"the snapshot {file} of {TIME} (Harvester v1.8.0)"
    assert warnings(recorded)[0] == (
        f"harvester-net looks at no cluster, and changes nothing: {where}"
    )


async def test_change_is_planned_on_it_which_the_environment_can_name(
    tmp_path: Path, file: Path
) -> None:
    old = least("ClusterNetwork", mtu=9000)
    outputs, new = old | {"uid": "u1"}, old | {"mtu": 1500}
    async with plugin(tmp_path, HARVESTER_NET_SNAPSHOT=str(file)) as recorded:
        await recorded.configure()
        update = partial(recorded.update, "ClusterNetwork", "data", old, preview=True)
        told = await refused(update(new, outputs=outputs))
        assert "1 VM must be stopped: default/web" in told
        allowed = new | {"disruption": {"stopVms": True}}
        shown = await update(allowed, outputs=outputs)
        assert properties_of(shown.properties)["affectedVms"] == ["default/web"]


async def test_file_that_is_no_snapshot_is_named(tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    async with plugin(tmp_path) as started:
        told = await refused(started.configure(snapshot=str(other)))
        assert f"harvester-net:snapshot: {other}: cannot be read: No such file" in told
        other.write_text("[]")
        told = await refused(started.configure(snapshot=str(other)))
        assert f"harvester-net:snapshot: {other}: " in told


def value(response: Any) -> Properties:
    return properties_of(getattr(response, "return"))


def warnings(of: Plugin) -> list[str]:
    return of.engine.of("WARNING")
