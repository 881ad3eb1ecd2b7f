"""Sites as they are found, and programs of them carried out in one way or another."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, cast

import pulumi
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks

from harvester_net.adopt.names import resource_names
from harvester_net.adopt.reading import KIND_OF, read_site
from harvester_net.adopt.site import (
    CLUSTER_NETWORK,
    HOST_NETWORK,
    NETWORK_CONFIG,
    SETTINGS,
    STORAGE_NETWORK,
    VM_NETWORK,
    Found,
    Site,
    Wanted,
)
from harvester_net.cluster.cluster import Cluster
from harvester_net.cluster.deadline import Deadline
from harvester_net.cluster.resources import Object, Resource
from tests.imports import Still

from ..program.conftest import loop_of_programs

Declared = dict[tuple[str, str], dict[str, Any]]
"""Inputs by kind and name of the resource."""
ALL = Wanted()


def read(objects: Mapping[Resource, dict[str, Object]], wanted: Wanted = ALL) -> Site:
    """The site of these objects."""
    cluster = cast(Cluster, Still(dict(objects)))
    return asyncio.run(read_site(cluster, wanted, Deadline(60)))


def cluster_network(name: str, /, *notes: str, **inputs: Any) -> Found:
    return Found(CLUSTER_NETWORK, name, {"name": name} | inputs, notes)


def config(name: str, network: str, /, *notes: str, **inputs: Any) -> Found:
    given = {"name": name, "clusterNetwork": network, "uplink": {"nics": ["eno2", "eno3"]}}
    return Found(NETWORK_CONFIG, name, given | inputs, notes)


def vm_network(key: str, on: str, /, *notes: str, **inputs: Any) -> Found:
    namespace, _, name = key.partition("/")
    place = {} if namespace == "default" else {"namespace": namespace}
    return Found(
        VM_NETWORK, key, {"name": name} | place | {"clusterNetwork": on} | inputs, notes
    )


def storage(on: str, /, **inputs: Any) -> Found:
    given = {"clusterNetwork": on, "vlan": 300, "range": "10.7.0.0/22"}
    return Found(STORAGE_NETWORK, "storage-network", given | inputs)


def host_network(name: str, on: str, /, **inputs: Any) -> Found:
    given = {"name": name, "clusterNetwork": on, "vlan": 400, "mode": "dhcp"}
    return Found(HOST_NETWORK, name, given | inputs)


def in_rack(rack: str) -> dict[str, Any]:
    return {"nodeSelector": {"topology.kubernetes.io/zone": rack}}


def expected(site: Site) -> Declared:
    """What a program of the site has to declare."""
    names = resource_names(site.found)
    return {(f.kind, names[f.kind, f.key]): dict(f.inputs) for f in site.found}


class _Engine(Mocks):
    def __init__(self) -> None:
        self.declared: Declared = {}

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        kind = args.typ.rpartition(":")[2]
        assert (kind, args.name) not in self.declared, "a URN that is there already"
        self.declared[kind, args.name] = args.inputs
        return args.name, {"name": args.name, "uid": "uid"} | args.inputs

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        raise AssertionError(f"calls {args.token}")


def run_python(text: str) -> Declared:
    """What a program in Python declares when it runs."""
    engine = _Engine()
    code = compile(text, "__main__.py", "exec")
    asyncio.set_event_loop(loop_of_programs())
    try:
        pulumi.runtime.set_mocks(engine, monitor=MockMonitor(engine))
        pulumi.runtime.test(lambda: exec(code, {"__name__": "__main__"}))()  # type: ignore[no-untyped-call]
    finally:
        asyncio.set_event_loop(None)
    return engine.declared


def differing(wanted: Declared, seen: Declared) -> list[str]:
    """How what a program declares differs, in its meaning, from what was wanted."""
    found = [f"{key} is missing" for key in wanted.keys() - seen.keys()]
    found += [f"{key} is too much" for key in seen.keys() - wanted.keys()]
    for (kind, name), inputs in wanted.items():
        found += _differing(kind, inputs, {"name": name} | seen.get((kind, name), {}))
    return found


def _differing(kind: str, wanted: dict[str, Any], seen: dict[str, Any]) -> Iterable[str]:
    if kind in SETTINGS:
        del seen["name"]
    changes = KIND_OF[kind].diff(wanted, seen)
    yield from (f"{kind}: {change.path} of {wanted} in {seen}" for change in changes)
    # The MTU of what is on a cluster network may be repeated; all else is as it was read.
    if {**seen, "mtu": 0} != {**wanted, "mtu": 0}:
        yield f"{kind}: {wanted} became {seen}"
