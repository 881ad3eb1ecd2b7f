"""VmNetworks: many VM networks of one cluster network, one for each VLAN, in one resource."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field

from ..vlan_list import vlans_in
from .limits import ClusterNetworkName, Namespace, vm_network_name
from .metadata import NamedSpec
from .spec import Item, Meanings, Problem, replacing
from .unknown import is_known, is_wholly_known
from .vm_network import DEFAULT_NAMESPACE, Route, route_problems

VLAN = "{vlan}"
"""Stands for the VLAN in a pattern of names."""
DEFAULT_PATTERN = f"vlan{VLAN}"


def _pattern(value: str) -> str:
    if value.count(VLAN) != 1:
        raise ValueError(
            f"'{value}' must have {VLAN} once, which stands for the VLAN of each network"
        )
    vm_network_name(name_of(value, 4094))
    return value


def _vlans(value: int | str) -> int | str:
    vlans_in(str(value))
    return value


def name_of(pattern: str | None, vlan: int) -> str:
    """The name of the VM network of a VLAN."""
    return (pattern or DEFAULT_PATTERN).replace(VLAN, str(vlan))


def vlans_of(given: Iterable[int | str] | None) -> frozenset[int]:
    """The VLANs of a list of VLANs and ranges. Raises ValueError."""
    return frozenset(
        vlan for item in given or () for each in vlans_in(str(item)) for vlan in each
    )


def route_of_each(routes: dict[str, Any] | None) -> dict[int, Any]:
    """The route of each VLAN that has one. Raises ValueError."""
    found = {}
    for key, route in (routes or {}).items():
        found.update(dict.fromkeys(vlans_of([key]), route))
    return found


SHARED = ("namespace", "clusterNetwork", "labels", "annotations", "disruption")
"""Properties that all networks of a set have, named as those of a VmNetwork."""


def networks_of(inputs: dict[str, Any]) -> dict[str, dict[str, Any]] | None:
    """The inputs of the VmNetwork of each VLAN, by its id, in the order of the VLANs; None
    while it is not known which there are.
    """
    which = [inputs.get(name) for name in ("namespace", "clusterNetwork", "namePattern")]
    if not is_wholly_known([*which, inputs.get("vlans")]):
        return None
    routes = inputs.get("routes")
    route_of = route_of_each(routes) if is_known(routes) else {}
    shared = {name: inputs[name] for name in SHARED if name in inputs}
    namespace, pattern = inputs.get("namespace"), inputs.get("namePattern")
    found = {}
    for vlan in sorted(vlans_of(inputs.get("vlans"))):
        name = name_of(pattern, vlan)
        own = {"name": name, "vlan": vlan}
        if vlan in route_of:
            own["route"] = route_of[vlan]
        elif not is_known(routes):
            own["route"] = routes
        found[f"{namespace or DEFAULT_NAMESPACE}/{name}"] = shared | own
    return found


VlanOrRange = Annotated[int | str, AfterValidator(_vlans)]
"""A VLAN ID, or several as switches list them."""
NamePattern = Annotated[str, AfterValidator(_pattern)]


class VmNetworks(NamedSpec):
    """Many VM networks of one cluster network: one for each VLAN of a list, all alike.

    They are made, changed and deleted together, 32 at a time; what stands against one of them
    does not hold the others up. Each is a NetworkAttachmentDefinition on the server, as that
    of a VmNetwork.
    """

    title: ClassVar[str] = "VmNetworks"
    meanings: ClassVar[Meanings] = {
        "namespace": lambda namespace: namespace or DEFAULT_NAMESPACE,
        "namePattern": lambda pattern: pattern or DEFAULT_PATTERN,
        "vlans": vlans_of,
        "routes": route_of_each,
        "adopt": bool,
    }

    name_pattern: NamePattern | None = replacing(
        default=None,
        description="Name of each VM network; `{vlan}` in it stands for its VLAN. Defaults to "
        "`vlan{vlan}`.",
    )
    namespace: Namespace | None = replacing(
        default=None, description="Namespace of the VM networks. Defaults to `default`."
    )
    cluster_network: ClusterNetworkName = replacing(
        description="Name of the cluster network that carries them; `mgmt` is allowed."
    )
    vlans: list[Item[VlanOrRange]] = Field(
        description="The VLANs, each of which gets a VM network: numbers, and ranges such as "
        "`100-199`."
    )
    routes: dict[str, Item[Route]] | None = Field(
        None,
        description="Where the gateways are: by VLANs such as `100` or `100-199`, the route "
        "of their networks. A VLAN in none of them has no route.",
    )
    adopt: bool | None = Field(
        None,
        description="Whether networks that exist already are taken over: those that nobody "
        "manages with Pulumi, and those of other resources of this stack, which leave them "
        "alone from then on. Without it they are refused.",
    )

    @property
    def network(self) -> str:
        return self.cluster_network if is_known(self.cluster_network) else ""

    def contradictions(self) -> Iterator[Problem]:
        yield from super().contradictions()
        if self.routes and is_known(self.routes):
            yield from _routes_problems(self.routes)


def _routes_problems(routes: dict[str, Route]) -> Iterator[Problem]:
    seen: dict[int, str] = {}
    for key, route in routes.items():
        path = f'routes["{key}"]'
        try:
            vlans = vlans_of([key])
        except ValueError as error:
            yield Problem(path, str(error))
            continue
        if twice := sorted(vlans & seen.keys()):
            yield Problem(path, f"gives VLAN {twice[0]} a route, and so does {seen[twice[0]]}")
        seen |= dict.fromkeys(vlans, key)
        if is_wholly_known(route):
            yield from route_problems(route, path)


class VmNetworksOutputs(VmNetworks):
    """What Pulumi remembers of a set of VM networks besides its inputs."""

    networks: dict[str, str] = Field(
        description="The VM networks, `namespace/name`, by their VLANs."
    )
