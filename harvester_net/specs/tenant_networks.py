"""TenantNetworks: the component of a team's VM networks, on VLANs that it may use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field

from ..vlan_list import Tagged, not_allowed, vlans_in
from .disruption import Disruption
from .limits import ClusterNetworkName, Namespace, VlanId, VmNetworkName
from .metadata import LabelledSpec
from .parse import parse, path_text
from .spec import Item, Problem, Spec, plain
from .traffic_path import NOT_KNOWN
from .unknown import UNKNOWN, is_known
from .vm_network import OVERLAY, Route, VlanRange, VmNetworkType, traffic_problems


def _vlan_list(value: str) -> str:
    vlans_in(value)
    return value


class TenantNetwork(LabelledSpec):
    """A VM network of a team."""

    title: ClassVar[str] = "networks"

    name: VmNetworkName | None = Field(
        None, description="Name of the VM network. Defaults to its key in the map."
    )
    type: VmNetworkType | None = Field(
        None,
        description="`L2VlanNetwork` (the default with `vlan`) or `L2VlanTrunkNetwork` (the "
        "default with `vlanTrunk`). Untagged traffic is in no VLAN, so a team gets none.",
    )
    vlan: VlanId | None = Field(
        None, description="VLAN ID, one of those that the team may use."
    )
    vlan_trunk: list[Item[VlanRange]] | None = Field(
        None,
        description="The VLANs of a trunk, which the team may use. Needs Harvester 1.7.",
    )
    route: Route | None = Field(
        None, description="Where the VLAN's gateway is. Defaults to that of all networks."
    )

    def contradictions(self) -> Iterator[Problem]:
        yield from super().contradictions()
        if self.type == "UntaggedNetwork":
            yield Problem("type", "is not for a team: untagged traffic is in no VLAN")
        elif self.type == OVERLAY:
            yield Problem("type", "is not for a team: an overlay network is in no VLAN")
        elif self.type is None and self.vlan is None and self.vlan_trunk is None:
            yield Problem("vlan", "is missing; give vlan or vlanTrunk")
        else:
            yield from traffic_problems(self)


class TenantDefaults(LabelledSpec):
    """What all VM networks of a team have, unless they say otherwise."""

    title: ClassVar[str] = "defaults"

    route: Route | None = Field(
        None,
        description="Where the gateway is, for each network with one VLAN. A network's own "
        "takes its place as a whole.",
    )


class TenantNetworks(Spec):
    """The VM networks of a team: in its namespace, on VLANs that it may use.

    It works with the rights of the team alone: all verbs on its VM networks, and a look at the
    cluster networks. The namespace and the cluster network are there already.
    """

    title: ClassVar[str] = "TenantNetworks"

    namespace: Namespace = Field(description="Namespace of the VM networks.")
    cluster_network: ClusterNetworkName = Field(
        description="Name of the cluster network that carries them; `mgmt` is allowed."
    )
    allowed_vlans: Annotated[str, AfterValidator(_vlan_list)] = Field(
        description="The VLANs that the team may use, as switches list them: "
        "`100-199,250`. A network on another one is refused."
    )
    networks: dict[str, Item[TenantNetwork]] = plain(description="The VM networks by name.")
    defaults: TenantDefaults | None = plain(
        default=None, description="What all the networks have, unless they say otherwise."
    )
    disruption: Disruption | None = Field(
        None, description="What the VM networks may interrupt to make their changes."
    )


class TenantNetworksOutputs(Spec):
    """What the networks of a team tell other resources and stacks."""

    title: ClassVar[str] = "TenantNetworks"

    namespace: str = Field(description="Namespace of the VM networks.")
    vm_networks: dict[str, str] = Field(
        description="The VM networks, `namespace/name`, by their keys in the program."
    )
    vlans: dict[str, int] = Field(
        description="The VLAN of each VM network that has one, by the same keys."
    )


def problems_of(inputs: dict[str, Any]) -> list[Problem]:
    """What is wrong with the inputs of a team's networks, at every depth.

    An unknown value is not wrong, but which networks there are must be known.
    """
    spec, found = parse(TenantNetworks, inputs)
    networks = inputs.get("networks")
    each = networks if isinstance(networks, dict) else {}
    parts = {"networks": networks, "defaults": inputs.get("defaults")} | {
        path_text(("networks", key)): given for key, given in each.items()
    }
    found += [Problem(path, NOT_KNOWN) for path, given in parts.items() if given is UNKNOWN]
    for path, model, given in _models(inputs):
        # What is wrong with its fields was found above.
        inner, _ = parse(model, given)
        found += [Problem(f"{path}.{it.path}", it.sentence) for it in inner.contradictions()]
    if is_known(spec.allowed_vlans):
        team = spec.namespace if is_known(spec.namespace) else "the team"
        wrong = not_allowed(_tagged(each), spec.allowed_vlans, team)
        found += [Problem(path, sentence) for path, sentence in wrong]
    return found


def _models(inputs: dict[str, Any]) -> Iterator[tuple[str, type[Spec], dict[str, Any]]]:
    """The parts in which several properties may contradict each other."""
    networks = inputs.get("networks")
    for key, given in networks.items() if isinstance(networks, dict) else ():
        if isinstance(given, dict):
            yield path_text(("networks", key)), TenantNetwork, given
    if isinstance(given := inputs.get("defaults"), dict):
        yield "defaults", TenantDefaults, given


def _tagged(networks: dict[str, Any]) -> Iterator[Tagged]:
    """The VLANs that the networks ask for."""
    for key, given in networks.items():
        if not isinstance(given, dict):
            continue
        vlan, trunk = given.get("vlan"), given.get("vlanTrunk")
        yield path_text(("networks", key, "vlan")), vlan, vlan
        for index, item in enumerate(trunk if isinstance(trunk, list) else ()):
            if isinstance(item, dict):
                one = item.get("id")
                first, last = item.get("minID", one), item.get("maxID", one)
                yield path_text(("networks", key, "vlanTrunk", index)), first, last
