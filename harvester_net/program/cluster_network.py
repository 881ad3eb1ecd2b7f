"""ClusterNetwork: an isolated path for traffic; and what the resources on it take from it."""

from __future__ import annotations

from typing import Any, cast

import pulumi

from .disruption import Disruption, DisruptionArgs, NodeDevices
from .registration import TextMap, existing, filled, options, token

TOKEN = token("ClusterNetwork")


@pulumi.input_type
class _Properties:
    # Any lets wrong values pass to the plugin, which has better words for them than the SDK.
    name: Any = pulumi.property("name")
    mtu: Any = pulumi.property("mtu")
    labels: Any = pulumi.property("labels")
    annotations: Any = pulumi.property("annotations")
    disruption: pulumi.Input[pulumi.InputType[DisruptionArgs]] = pulumi.property("disruption")
    uid: Any = pulumi.property("uid")
    plan: Any = pulumi.property("plan")
    affected_vms: Any = pulumi.property("affectedVms")
    nodes: Any = pulumi.property("nodes")


@pulumi.type_token(TOKEN)
class ClusterNetwork(pulumi.CustomResource):
    """A cluster network of Harvester: an isolated path for traffic, carried by its network
    configs.

    The MTU of all that belongs to the cluster network is decided here, once.
    """

    name: pulumi.Output[str] = pulumi.property("name")
    mtu: pulumi.Output[int | None] = pulumi.property("mtu")
    labels: pulumi.Output[dict[str, str] | None] = pulumi.property("labels")
    annotations: pulumi.Output[dict[str, str] | None] = pulumi.property("annotations")
    disruption: pulumi.Output[Disruption | None] = pulumi.property("disruption")
    uid: pulumi.Output[str] = pulumi.property("uid")
    """UID of the object on the server."""
    plan: pulumi.Output[list[str] | None] = pulumi.property("plan")
    """The steps of the ordered change that this update needs. Only in a preview."""
    affected_vms: pulumi.Output[list[str] | None] = pulumi.property("affectedVms")
    """The VMs (`namespace/name`) that this update would stop. Only in a preview."""
    nodes: pulumi.Output[list[NodeDevices] | None] = pulumi.property("nodes")
    """What `disruption.verify_on_nodes` saw on the devices of each node. Only after the update
    that looked.
    """

    _given_mtu = cast("pulumi.Input[int] | None", None)

    def __init__(
        self,
        resource_name: str,
        *,
        name: pulumi.Input[str] | None = None,
        mtu: pulumi.Input[int] | None = None,
        labels: TextMap | None = None,
        annotations: TextMap | None = None,
        disruption: pulumi.Input[pulumi.InputType[DisruptionArgs]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """A cluster network.

        Args:
            resource_name: Name of the resource in the program.
            name: Name of the cluster network: at most 12 lower-case letters, digits and '-'.
                The devices on the nodes are named `<name>-br` and `<name>-bo`. Defaults to the
                resource's name.
            mtu: MTU in bytes of the cluster network, its network configs and its VM networks:
                576 to 9000. Absent and 0 mean 1500; absent on `mgmt`, which is built in,
                leaves the MTU that is there.
            labels: Labels of your own. Only the keys given here are managed; keys of
                Harvester's controllers are refused.
            annotations: Annotations of your own. Only the keys given here are managed; keys of
                Harvester's controllers are refused.
            disruption: What this resource may interrupt to make its change.
            opts: Options of every Pulumi resource.
        """
        # One that Pulumi is told to ignore is not the one that the cluster network has.
        ignored = opts.ignore_changes if opts is not None else None
        self._given_mtu = None if {"mtu", "*"} & {*(ignored or ())} else mtu
        properties = filled(
            _Properties,
            name=name,
            mtu=mtu,
            labels=labels,
            annotations=annotations,
            disruption=disruption,
        )
        super().__init__(TOKEN, resource_name, properties, options(opts))

    @staticmethod
    def get(
        resource_name: str,
        id: pulumi.Input[str],  # noqa: A002 - Pulumi's own word
        opts: pulumi.ResourceOptions | None = None,
    ) -> ClusterNetwork:
        """The cluster network with an id, which is its name, as it is on the server."""
        return existing(ClusterNetwork, _Properties, TOKEN, resource_name, id, opts)


def name_of(cluster_network: ClusterNetwork | pulumi.Input[str]) -> pulumi.Input[str]:
    """The name of a cluster network that is given as an object or by its name.

    The object's name is an output: it makes Pulumi change the cluster network first.
    """
    if isinstance(cluster_network, ClusterNetwork):
        return cluster_network.name
    return cluster_network


def mtu_on(
    cluster_network: ClusterNetwork | pulumi.Input[str], mtu: pulumi.Input[int] | None
) -> pulumi.Input[int] | None:
    """The MTU in bytes of something on a cluster network: the given one, else the network's.

    It is what the program gave the object, not the output: an absent output is unknown in a
    preview, and would show as a change of everything on the cluster network.
    """
    if mtu is None and isinstance(cluster_network, ClusterNetwork):
        return cluster_network._given_mtu
    return mtu
