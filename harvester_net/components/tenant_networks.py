"""TenantNetworks: the VM networks of a team, on VLANs that it may use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from ..program.disruption import DisruptionArgs
from ..program.registration import TextMap, token
from ..program.vm_network import VmNetwork
from .allowed_vlans import checked, wrong_now
from .tenant_networks_arguments import TenantDefaultsArgs, TenantNetworkArgs
from .traffic_path import by_key
from .traffic_path_arguments import as_arguments

TOKEN = token("TenantNetworks")


@pulumi.type_token(TOKEN)
class TenantNetworks(pulumi.ComponentResource):
    """The VM networks of a team: in its namespace, on VLANs that it may use.

    It works with the rights of the team alone: all verbs on its VM networks, and a look at the
    cluster networks. The namespace and the cluster network are there already.
    """

    namespace: pulumi.Output[str] = pulumi.property("namespace")
    """Namespace of the VM networks."""
    vm_networks: pulumi.Output[dict[str, str]] = pulumi.property("vmNetworks")
    """The VM networks, `namespace/name`, by their keys in the program."""
    vlans: pulumi.Output[dict[str, int]] = pulumi.property("vlans")
    """The VLAN of each VM network that has one, by the same keys."""

    def __init__(
        self,
        resource_name: str,
        *,
        namespace: pulumi.Input[str],
        cluster_network: pulumi.Input[str],
        allowed_vlans: pulumi.Input[str],
        networks: Mapping[str, pulumi.InputType[TenantNetworkArgs]],
        defaults: pulumi.InputType[TenantDefaultsArgs] | None = None,
        disruption: pulumi.Input[pulumi.InputType[DisruptionArgs]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """The VM networks of a team.

        Args:
            resource_name: Name of the component in the program.
            namespace: Namespace of the VM networks.
            cluster_network: Name of the cluster network that carries them; `mgmt` is allowed.
            allowed_vlans: The VLANs that the team may use, as switches list them:
                `100-199,250`. A network on another one is refused.
            networks: The VM networks by name.
            defaults: What all the networks have, unless they say otherwise.
            disruption: What the VM networks may interrupt to make their changes.
            opts: Options of every Pulumi resource.

        Raises pulumi.RunError for VLANs that are not allowed. Those that are known only later
        fail when they are, before their networks are made.
        """
        given = {key: as_arguments(TenantNetworkArgs, each) for key, each in networks.items()}
        if wrong := wrong_now(given, allowed_vlans, namespace):
            raise pulumi.RunError("\n".join(wrong))
        super().__init__(TOKEN, resource_name, {}, opts)
        common = _Common(
            namespace,
            cluster_network,
            disruption,
            as_arguments(TenantDefaultsArgs, {} if defaults is None else defaults),
        )
        made = {
            key: common.network(
                f"{resource_name}-{key}",
                key,
                checked(key, each, allowed_vlans, namespace),
                pulumi.ResourceOptions(parent=self),
            )
            for key, each in given.items()
        }
        self.namespace = pulumi.Output.from_input(namespace)
        self.vm_networks = by_key({key: network.id for key, network in made.items()})
        self.vlans = by_key({key: network.vlan for key, network in made.items()}).apply(
            lambda each: {key: vlan for key, vlan in each.items() if vlan is not None}
        )
        self.register_outputs(self.outputs())

    def outputs(self) -> dict[str, pulumi.Output[Any]]:
        """The outputs by their names in the schema."""
        return {
            "namespace": self.namespace,
            "vmNetworks": self.vm_networks,
            "vlans": self.vlans,
        }


@dataclass(frozen=True)
class _Common:
    """What all networks of the team have."""

    namespace: pulumi.Input[str]
    cluster_network: pulumi.Input[str]
    disruption: pulumi.Input[pulumi.InputType[DisruptionArgs]] | None
    defaults: TenantDefaultsArgs

    def network(
        self,
        resource_name: str,
        key: str,
        given: TenantNetworkArgs,
        opts: pulumi.ResourceOptions,
    ) -> VmNetwork:
        route = self.defaults.route if given.vlan is not None else None
        return VmNetwork(
            resource_name,
            cluster_network=self.cluster_network,
            name=key if given.name is None else given.name,
            namespace=self.namespace,
            type=given.type,
            vlan=given.vlan,
            vlan_trunk=given.vlan_trunk,
            route=route if given.route is None else given.route,
            labels=_together(self.defaults.labels, given.labels),
            annotations=_together(self.defaults.annotations, given.annotations),
            disruption=self.disruption,
            opts=opts,
        )


def _together(shared: TextMap | None, own: TextMap | None) -> TextMap | None:
    """The texts of both; a network's own has the last word on a key."""
    if shared is None or own is None:
        return shared if own is None else own
    if isinstance(shared, Mapping) and isinstance(own, Mapping):
        return {**shared, **own}
    both: pulumi.Output[Any] = pulumi.Output.all(shared, own)
    return both.apply(lambda each: {**each[0], **each[1]})
