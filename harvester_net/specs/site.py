"""Site: the component of a whole cluster's networks, from one description."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field

from . import traffic_path
from .disruption import Disruption
from .limits import MGMT, ClusterNetworkName, Mtu
from .parse import parse, path_text
from .spec import Item, Problem, Spec, plain
from .traffic_path import (
    NOT_KNOWN,
    OF_SETTINGS,
    TrafficPath,
    TrafficPathHostNetwork,
    TrafficPathMigration,
    TrafficPathNetwork,
    TrafficPathRwx,
    TrafficPathStorage,
)
from .unknown import UNKNOWN, is_known

Place = tuple[str, ...]

ONCE = tuple(OF_SETTINGS)
"""Inputs of a path that are about the whole cluster: one path of a site may have each."""


def _not_mgmt(value: str) -> str:
    if value == MGMT:
        raise ValueError(f"{MGMT} is built in; give what is on it as {MGMT} of the site")
    return value


class SiteTrafficPath(TrafficPath):
    """A traffic path of a site: one cluster network, its uplinks, and what it carries."""

    title: ClassVar[str] = "trafficPaths"

    name: Annotated[ClusterNetworkName, AfterValidator(_not_mgmt)] | None = Field(
        None,
        description="Name of the cluster network: at most 12 lower-case letters, digits and "
        "'-'. Not `mgmt`, which is built in. Defaults to its key in the map.",
    )
    disruption: Disruption | None = Field(
        None,
        description="What the resources of the path may interrupt to make their changes. "
        "Defaults to that of the site.",
    )


class SiteMgmt(Spec):
    """What is on `mgmt`, the cluster network that is built in and has its uplink."""

    title: ClassVar[str] = "mgmt"

    networks: dict[str, Item[TrafficPathNetwork]] | None = plain(
        default=None, description="The VM networks by name."
    )
    host_networks: dict[str, Item[TrafficPathHostNetwork]] | None = plain(
        default=None,
        description="The networks of the nodes themselves by name. Needs Harvester 1.8.",
    )
    storage: TrafficPathStorage | None = plain(
        default=None, description="The storage network, if it is on `mgmt`."
    )
    rwx: TrafficPathRwx | None = plain(
        default=None,
        description="The RWX network, if it is on `mgmt` or shares the storage network. Needs "
        "Harvester 1.8.",
    )
    migration: TrafficPathMigration | None = plain(
        default=None,
        description="The VM migration network, if it is on `mgmt`. Needs Harvester 1.6.",
    )
    mtu: Mtu | None = Field(
        None,
        description="MTU in bytes of `mgmt`: 576 to 9000. Absent leaves what is there.",
    )
    disruption: Disruption | None = Field(
        None,
        description="What the resources on `mgmt` may interrupt to make their changes. "
        "Defaults to that of the site.",
    )


class SiteDescription(Spec):
    """What a file says of a site."""

    title: ClassVar[str] = "Site"

    traffic_paths: dict[str, Item[SiteTrafficPath]] | None = plain(
        default=None, description="The traffic paths by name."
    )
    mgmt: SiteMgmt | None = plain(default=None, description="What is on `mgmt`, if anything.")
    disruption: Disruption | None = Field(
        None,
        description="What the resources of the site may interrupt to make their changes, "
        "unless their path says it. Takes the place of what the file says.",
    )


class Site(SiteDescription):
    """The networks of a whole cluster from one description: its traffic paths, and what is on
    `mgmt`.

    The description is a file in YAML, so that a second site is a second file, or it stands in
    the program. What is wrong with a file is told with its lines, before anything is made.
    """

    title: ClassVar[str] = "Site"

    file: str | None = plain(
        default=None,
        description="Path of the file with the description, from the directory of the "
        "project. It has the inputs of the site: `trafficPaths`, `mgmt` and `disruption`.",
    )


class SiteOutputs(Spec):
    """What a site tells other resources."""

    title: ClassVar[str] = "Site"

    cluster_networks: dict[str, str] = Field(
        description="Names of the cluster networks, by the keys of their paths and `mgmt`."
    )
    vm_networks: dict[str, dict[str, str]] = Field(
        description="The VM networks, `namespace/name`, by path or `mgmt`, and by their keys."
    )
    host_devices: dict[str, dict[str, str]] = Field(
        description="The devices that nodes have of the host networks, "
        "`<cluster network>-br.<VLAN>`, by path or `mgmt`, and by their keys."
    )
    matched_nodes: dict[str, dict[str, list[str]]] = Field(
        description="Names of the nodes, sorted, by path and group."
    )
    storage_vm_network: str | None = Field(
        None,
        description="The NetworkAttachmentDefinition that Harvester made for the storage "
        "network, `namespace/name`.",
    )


def problems_of(inputs: dict[str, Any]) -> list[Problem]:
    """What is wrong with the inputs of a site, at every depth, but for what is in its file.

    An unknown value is not wrong, but which resources there are must be known.
    """
    _, found = parse(Site, inputs)
    if "file" in inputs:
        both = [name for name in ("trafficPaths", "mgmt") if name in inputs]
        found += [Problem(name, "is in the file; give one of the two") for name in both]
        if not is_known(inputs["file"]):
            found.append(Problem("file", NOT_KNOWN))
        return found
    return found + _problems_together(inputs)


def problems_of_description(described: dict[str, Any]) -> list[Problem]:
    """What is wrong with what a file says of a site, at every depth."""
    _, found = parse(SiteDescription, described)
    return found + _problems_together(described)


def _problems_together(described: dict[str, Any]) -> list[Problem]:
    """What shows only in several properties, or in what becomes resources."""
    if not described.get("trafficPaths") and "mgmt" not in described:
        return [Problem("", "describes nothing; give trafficPaths, mgmt or both")]
    found = [
        Problem(path_text(path), NOT_KNOWN)
        for path, given in _parts(described)
        if given is UNKNOWN
    ]
    for path, given in _paths(described):
        inner = traffic_path.inner_problems(given, given.get("name", path[-1]))
        found += [Problem(f"{path_text(path)}.{it.path}", it.sentence) for it in inner]
    for problems in (_problems_of_names, _problems_of_stack, _problems_of_cluster):
        found += problems(described)
    return found


def _parts(described: dict[str, Any]) -> Iterator[tuple[Place, Any]]:
    """What becomes resources, wrong or right."""
    paths = described.get("trafficPaths")
    yield ("trafficPaths",), paths
    for key, given in paths.items() if isinstance(paths, dict) else ():
        yield ("trafficPaths", key), given
    yield ("mgmt",), described.get("mgmt")


def _paths(described: dict[str, Any]) -> list[tuple[Place, dict[str, Any]]]:
    """The traffic paths, and mgmt as one of them."""
    parts = [(path, given) for path, given in _parts(described) if path != ("trafficPaths",)]
    return [(path, given) for path, given in parts if isinstance(given, dict)]


def _problems_of_names(described: dict[str, Any]) -> Iterator[Problem]:
    """Names of cluster networks that are none, or that two paths have."""
    seen: dict[str, str] = {}
    own = [(path, given) for path, given in _paths(described) if path != (MGMT,)]
    for path, given in own:
        where, name = path_text(path), given.get("name", path[-1])
        if "name" not in given:
            _, wrong = parse(SiteTrafficPath, {"name": name, "uplinks": UNKNOWN})
            yield from (Problem(where, problem.sentence) for problem in wrong)
        if name in seen:
            yield Problem(where, f"has the cluster network {name}, as {seen[name]} has")
        if is_known(name):
            seen[name] = where


def _problems_of_stack(described: dict[str, Any]) -> Iterator[Problem]:
    """Names that two resources would have in the stack: keys are joined by '-'."""
    for part in traffic_path.BY_KEY:
        seen: dict[str, str] = {}
        for path, given in _paths(described):
            for key in given[part] if isinstance(given.get(part), dict) else ():
                name, where = f"{path[-1]}-{key}", path_text((*path, part, key))
                if name in seen:
                    yield Problem(where, f"is {name} in the stack, as {seen[name]} is")
                seen[name] = where


def _problems_of_cluster(described: dict[str, Any]) -> Iterator[Problem]:
    """What a cluster has once, and a site has on two paths."""
    for name in ONCE:
        having = [path_text(path) for path, given in _paths(described) if name in given]
        for path in having[1:]:
            yield Problem(f"{path}.{name}", f"is on {having[0]} already; a cluster has one")
