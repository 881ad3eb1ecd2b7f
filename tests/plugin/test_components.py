"""Construct: a component of a program in another language, made by the real process.

The engine's other half, which programs register resources with, is a fake that keeps them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2, resource_pb2, resource_pb2_grpc

from .kit import (
    PACKAGE,
    UNKNOWN,
    Failure,
    Plugin,
    Properties,
    Secret,
    answer,
    plugin,
    properties_of,
    struct,
)

HIDDEN = "SEKRET9"
UPLINKS = {"all": {"nics": ["eno2"]}}
DEFAULT = "urn:pulumi:dev::site::pulumi:providers:harvester-net::default::id-1"
OF_THE_PROGRAM = "urn:pulumi:dev::site::pulumi:providers:harvester-net::mine::id-2"
BEFORE = "urn:pulumi:dev::site::some:index:Thing::before"


class Monitor(resource_pb2_grpc.ResourceMonitorServicer):
    """Takes every resource, and keeps it by kind and name."""

    def __init__(self) -> None:
        self.registered: dict[str, Any] = {}
        self.address = ""
        self.refusal = ""

    async def GetDeploymentInfo(self, request: Any, context: Any) -> Any:  # noqa: N802 - called by the protocol
        secrets = resource_pb2.RESOURCE_MONITOR_FEATURE_SECRETS
        return resource_pb2.DeploymentInfo(supportedFeatures=[secrets])

    async def RegisterResource(self, request: Any, context: Any) -> Any:  # noqa: N802 - called by the protocol
        if self.refusal:
            await context.abort(grpc.StatusCode.UNKNOWN, self.refusal)
        self.registered[f"{request.type.removeprefix(PACKAGE)} {request.name}"] = request
        return resource_pb2.RegisterResourceResponse(
            urn=f"urn:pulumi:dev::site::{request.type}::{request.name}",
            id="" if not request.custom else request.name,
            object=request.object,
        )

    async def RegisterResourceOutputs(self, request: Any, context: Any) -> Any:  # noqa: N802 - called by the protocol
        return Empty()

    def inputs(self, which: str) -> Properties:
        """What a resource was registered with."""
        return properties_of(self.registered[which].object)


@asynccontextmanager
async def monitor() -> AsyncIterator[Monitor]:
    """A fake monitor on 127.0.0.1."""
    fake, server = Monitor(), grpc.aio.server()
    resource_pb2_grpc.add_ResourceMonitorServicer_to_server(fake, server)
    fake.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    await server.start()
    try:
        yield fake
    finally:
        await server.stop(grace=None)


async def constructed(
    process: Plugin, fake: Monitor, inputs: Properties, **more: Any
) -> provider_pb2.ConstructResponse:
    given: Properties = {"type": f"{PACKAGE}TrafficPath", "name": "data", "dryRun": True}
    request = provider_pb2.ConstructRequest(
        project="site",
        stack="dev",
        inputs=struct(inputs),
        monitorEndpoint=fake.address,
        **(given | more),
    )
    response: provider_pb2.ConstructResponse = await answer(process.stub.Construct(request))
    return response


async def test_component_is_made_of_its_resources(pure: Plugin) -> None:
    async with monitor() as fake:
        inputs = {"uplinks": UPLINKS, "networks": {"web": {"vlan": 100}}, "mtu": 9000}
        inputs |= {"name": "data", "hostNetworks": {"backup": {"vlan": 400, "mode": "dhcp"}}}
        made = await constructed(pure, fake, inputs)
        assert fake.registered.keys() == {
            "TrafficPath data",
            "ClusterNetwork data",
            "NetworkConfig data-all",
            "VmNetwork data-web",
            "HostNetworkConfig data-backup",
        }
        assert fake.inputs("VmNetwork data-web")["vlan"] == 100
        assert fake.inputs("VmNetwork data-web")["mtu"] == 9000
    assert made.urn == "urn:pulumi:dev::site::harvester-net:index:TrafficPath::data"
    assert properties_of(made.state)["vmNetworks"] == {"web": "data-web"}
    assert properties_of(made.state)["hostDevices"] == {"backup": "data-br.400"}


async def test_secret_and_unknown_stay_what_they_are_deep_in_an_input(pure: Plugin) -> None:
    network = {"vlan": UNKNOWN, "labels": {"note": Secret(HIDDEN), "plain": "yes"}}
    inputs = {"uplinks": UPLINKS, "networks": {"web": network, "raw": {"vlan": 7}}}
    async with monitor() as fake:
        await constructed(pure, fake, inputs)
        web, raw = fake.inputs("VmNetwork data-web"), fake.inputs("VmNetwork data-raw")
        others = [each.object for each in fake.registered.values() if each.name != "data-web"]
    assert web["vlan"] == UNKNOWN
    assert web["labels"] == {"note": Secret(HIDDEN), "plain": "yes"}
    assert raw["vlan"] == 7
    assert HIDDEN not in str(others)


async def test_whole_input_may_be_a_secret(pure: Plugin) -> None:
    async with monitor() as fake:
        inputs = {"uplinks": UPLINKS, "networks": Secret({"web": {"vlan": 100}})}
        await constructed(pure, fake, inputs)
        assert fake.inputs("VmNetwork data-web")["vlan"] == Secret(100)


async def test_resources_depend_on_what_their_values_came_from(pure: Plugin) -> None:
    came_from = provider_pb2.ConstructRequest.PropertyDependencies(urns=[BEFORE])
    async with monitor() as fake:
        inputs = {"uplinks": UPLINKS, "networks": {"web": {"vlan": 100}}}
        await constructed(pure, fake, inputs, inputDependencies={"networks": came_from})
        assert BEFORE in fake.registered["VmNetwork data-web"].dependencies
        assert BEFORE not in fake.registered["NetworkConfig data-all"].dependencies


async def test_resources_have_the_provider_that_makes_the_component(tmp_path: Path) -> None:
    """Not one of their own version beside it, which would know nothing of the others."""
    async with plugin(tmp_path) as own, monitor() as fake:
        urn, _, key = DEFAULT.rpartition("::")
        await answer(own.stub.Configure(provider_pb2.ConfigureRequest(urn=urn, id=key)))
        await constructed(own, fake, {"uplinks": UPLINKS})
        assert fake.registered["NetworkConfig data-all"].provider == DEFAULT
        given = {"harvester-net": OF_THE_PROGRAM}
        await constructed(own, fake, {"uplinks": UPLINKS}, providers=given)
        assert fake.registered["NetworkConfig data-all"].provider == OF_THE_PROGRAM


@pytest.mark.parametrize(
    ("inputs", "told"),
    [
        ({}, "uplinks: is required"),
        (
            {"uplinks": {"all": {}}, "mtu": 1},
            "uplinks.all.nics: is required\n"
            "mtu: 1 is out of range; use 576 to 9000 bytes, or 0 for 1500",
        ),
        (
            {"uplinks": UPLINKS, "storage": {"vlan": 5, "range": Secret(HIDDEN)}},
            "storage.range: is not valid; what is wrong with it would tell a secret",
        ),
        (
            {"uplinks": UNKNOWN},
            "uplinks: must be known in a preview, because it becomes resources",
        ),
    ],
)
async def test_wrong_inputs_are_told_before_anything_is_made(
    pure: Plugin, inputs: Properties, told: str
) -> None:
    async with monitor() as fake:
        with pytest.raises(Failure) as failure:
            await constructed(pure, fake, inputs)
        assert fake.registered == {}
    # Without details: the engine adds the value of each property that they name.
    assert failure.value == Failure("INVALID_ARGUMENT", told, None)


async def test_failure_of_a_resource_quotes_nothing(pure: Plugin) -> None:
    async with monitor() as fake:
        fake.refusal = f"no {HIDDEN}"
        with pytest.raises(Failure) as failure:
            await constructed(pure, fake, {"uplinks": UPLINKS})
    assert failure.value.code == "FAILED_PRECONDITION"
    assert failure.value.message.startswith("not all resources of 'data' could be made")
    assert HIDDEN not in failure.value.message


async def test_another_component_is_unknown(pure: Plugin) -> None:
    request = provider_pb2.ConstructRequest(type=f"{PACKAGE}Path", name="data")
    with pytest.raises(Failure, match="has no component harvester-net:index:Path; it has"):
        await answer(pure.stub.Construct(request))


SITE = {"type": f"{PACKAGE}Site", "name": "berlin"}
TEAM = {"type": f"{PACKAGE}TenantNetworks", "name": "shop"}
FILE = """\
trafficPaths:
  data:
    uplinks: { all: { nics: [eno2] } }
    networks: { web: { vlan: 100 } }
"""
OF_SITE = {
    "Site berlin",
    "TrafficPath berlin-data",
    "ClusterNetwork berlin-data",
    "NetworkConfig berlin-data-all",
    "VmNetwork berlin-data-web",
}


async def test_site_is_made_of_its_file(pure: Plugin, tmp_path: Path) -> None:
    file = tmp_path / "berlin.yaml"
    file.write_text(FILE)
    consent = {"stopVms": True}
    async with monitor() as fake:
        inputs: Properties = {"file": str(file), "disruption": consent}
        made = await constructed(pure, fake, inputs, **SITE)
        assert fake.registered.keys() == OF_SITE
        assert fake.inputs("NetworkConfig berlin-data-all") == {
            "clusterNetwork": "data",
            "disruption": consent,
            "name": "data-all",
            "uplink": {"nics": ["eno2"]},
        }
    state = properties_of(made.state)
    assert state["clusterNetworks"] == {"data": "data"}
    assert state["vmNetworks"] == {"data": {"web": "berlin-data-web"}}


async def test_file_may_come_from_another_resource_or_be_a_secret(
    pure: Plugin, tmp_path: Path
) -> None:
    file = tmp_path / "berlin.yaml"
    file.write_text(FILE)
    came_from = provider_pb2.ConstructRequest.PropertyDependencies(urns=[BEFORE])
    async with monitor() as fake:
        inputs: Properties = {"file": Secret(str(file))}
        await constructed(pure, fake, inputs, inputDependencies={"file": came_from}, **SITE)
        assert fake.registered.keys() == OF_SITE


async def test_wrong_file_is_told_with_its_lines_before_anything_is_made(
    pure: Plugin, tmp_path: Path
) -> None:
    file = tmp_path / "berlin.yaml"
    file.write_text(FILE.replace("nics: [eno2]", "nics: []").replace("100", "4095"))
    async with monitor() as fake:
        with pytest.raises(Failure) as failure:
            await constructed(pure, fake, {"file": str(file)}, **SITE)
        assert fake.registered == {}
    told = (
        f"{file}:3: trafficPaths.data.uplinks.all.nics: is empty; name at least one NIC\n"
        f"{file}:4: trafficPaths.data.networks.web.vlan: 4095 is not a VLAN ID; use 1 to 4094"
    )
    assert failure.value == Failure("INVALID_ARGUMENT", told, None)


async def test_secret_and_unknown_stay_what_they_are_deep_in_a_site(pure: Plugin) -> None:
    network = {"vlan": UNKNOWN, "labels": {"note": Secret(HIDDEN), "plain": "yes"}}
    path = {"uplinks": UPLINKS, "networks": {"web": network}}
    async with monitor() as fake:
        made = await constructed(pure, fake, {"trafficPaths": {"data": path}}, **SITE)
        web = fake.inputs("VmNetwork berlin-data-web")
        others = [each.object for each in fake.registered.values() if "web" not in each.name]
    assert web["vlan"] == UNKNOWN
    assert web["labels"] == {"note": Secret(HIDDEN), "plain": "yes"}
    assert HIDDEN not in f"{others}{made}"


async def test_networks_of_a_team_are_made(pure: Plugin) -> None:
    team = {"namespace": "shop", "clusterNetwork": "data", "allowedVlans": "100-199"}
    networks = {"web": {"vlan": 100}, "db": {"vlan": UNKNOWN}, "all": {"vlan": Secret(101)}}
    async with monitor() as fake:
        inputs = team | {"networks": networks, "defaults": {"labels": {"team": "shop"}}}
        made = await constructed(pure, fake, inputs, **TEAM)
        vlans = {key: fake.inputs(f"VmNetwork shop-{key}")["vlan"] for key in networks}
        labels = fake.inputs("VmNetwork shop-web")["labels"]
    assert vlans == {"web": 100, "db": UNKNOWN, "all": Secret(101)}
    assert labels == {"team": "shop"}
    assert properties_of(made.state)["namespace"] == "shop"


@pytest.mark.parametrize(
    ("component", "inputs", "told"),
    [
        (SITE, {}, "describes nothing; give trafficPaths, mgmt or both"),
        (
            SITE,
            {"trafficPaths": {"data": {"uplinks": UPLINKS, "mtu": Secret(1)}}},
            "trafficPaths.data.mtu: is not valid; what is wrong with it would tell a secret",
        ),
        (
            SITE,
            {"file": Secret(f"/{HIDDEN}")},
            "is not valid; what is wrong with it would tell a secret",
        ),
        (
            SITE,
            {"file": UNKNOWN},
            "file: must be known in a preview, because it becomes resources",
        ),
        (SITE, {"file": 7}, "file: must be text, not 7"),
        (
            TEAM,
            {
                "namespace": "shop",
                "clusterNetwork": "data",
                "allowedVlans": "100-199",
                "networks": {"db": {"vlan": Secret(3777)}},
            },
            "networks.db.vlan: is not valid; what is wrong with it would tell a secret",
        ),
        (
            TEAM,
            {
                "namespace": "shop",
                "clusterNetwork": "data",
                "allowedVlans": "100-199",
                "networks": {"web": {"vlan": 300}},
            },
            "networks.web.vlan: VLAN 300 is not one of 100-199, which shop may use",
        ),
    ],
)
async def test_wrong_inputs_of_other_components_quote_no_secret(
    pure: Plugin, component: Properties, inputs: Properties, told: str
) -> None:
    async with monitor() as fake:
        with pytest.raises(Failure) as failure:
            await constructed(pure, fake, inputs, **component)
        assert fake.registered == {}
    assert failure.value == Failure("INVALID_ARGUMENT", told, None)
