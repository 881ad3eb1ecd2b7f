"""Site: the networks of a whole cluster, from one description."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, TypeVar

import pulumi

from ..program.disruption import DisruptionArgs
from ..program.registration import token
from .site_arguments import SiteMgmtArgs, SiteTrafficPathArgs
from .traffic_path import TrafficPath, by_key
from .traffic_path_arguments import (
    TrafficPathHostNetworkArgs,
    TrafficPathUplinkArgs,
    as_arguments,
)

TOKEN = token("Site")
MGMT = "mgmt"
N = TypeVar("N", TrafficPathUplinkArgs, TrafficPathHostNetworkArgs)


@pulumi.type_token(TOKEN)
class Site(pulumi.ComponentResource):
    """The networks of a whole cluster from one description: its traffic paths, and what is on
    `mgmt`.

    The description is a file in YAML, so that a second site is a second file, or it stands in
    the program. What is wrong with a file is told with its lines, before anything is made.
    """

    cluster_networks: pulumi.Output[dict[str, str]] = pulumi.property("clusterNetworks")
    """Names of the cluster networks, by the keys of their paths and `mgmt`."""
    vm_networks: pulumi.Output[dict[str, dict[str, str]]] = pulumi.property("vmNetworks")
    """The VM networks, `namespace/name`, by path or `mgmt`, and by their keys."""
    host_devices: pulumi.Output[dict[str, dict[str, str]]] = pulumi.property("hostDevices")
    """The devices that nodes have of the host networks, `<cluster network>-br.<VLAN>`, by path
    or `mgmt`, and by their keys.
    """
    matched_nodes: pulumi.Output[dict[str, dict[str, list[str]]]] = pulumi.property(
        "matchedNodes"
    )
    """Names of the nodes, sorted, by path and group."""
    storage_vm_network: pulumi.Output[str | None] = pulumi.property("storageVmNetwork")
    """The NetworkAttachmentDefinition that Harvester made for the storage network,
    `namespace/name`.
    """

    def __init__(
        self,
        resource_name: str,
        *,
        file: str | None = None,
        traffic_paths: Mapping[str, pulumi.InputType[SiteTrafficPathArgs]] | None = None,
        mgmt: pulumi.InputType[SiteMgmtArgs] | None = None,
        disruption: pulumi.Input[pulumi.InputType[DisruptionArgs]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """A site.

        Args:
            resource_name: Name of the component in the program.
            file: Path of the file with the description, from the directory of the project. It
                has the inputs of the site: `traffic_paths`, `mgmt` and `disruption`.
            traffic_paths: The traffic paths by name.
            mgmt: What is on `mgmt`, if anything.
            disruption: What the resources of the site may interrupt to make their changes,
                unless their path says it. Takes the place of what the file says.
            opts: Options of every Pulumi resource.

        Raises pulumi.RunError for a file that is wrong: a line for each thing.
        """
        if file is not None:
            if traffic_paths is not None or mgmt is not None:
                raise TypeError("traffic_paths and mgmt are in the file; give one of the two")
            described = _described(file)
            traffic_paths, mgmt = described.get("trafficPaths"), described.get("mgmt")
            disruption = described.get("disruption") if disruption is None else disruption
        super().__init__(TOKEN, resource_name, {}, opts)
        self._prefix, self._disruption = resource_name, disruption
        paths = {
            key: self._path(key, as_arguments(SiteTrafficPathArgs, given))
            for key, given in (traffic_paths or {}).items()
        }
        groups = {key: path.matched_nodes for key, path in paths.items()}
        if mgmt is not None:
            paths[MGMT] = self._on_mgmt(as_arguments(SiteMgmtArgs, mgmt))

        self.cluster_networks = by_key({key: it.cluster_network for key, it in paths.items()})
        self.vm_networks = by_key({key: it.vm_networks for key, it in paths.items()})
        self.host_devices = by_key({key: it.host_devices for key, it in paths.items()})
        self.matched_nodes = by_key(groups)
        storage = {key: it.storage_vm_network for key, it in paths.items()}
        self.storage_vm_network = by_key(storage).apply(
            lambda each: next(filter(None, each.values()), None)
        )
        self.register_outputs(self.outputs())

    def outputs(self) -> dict[str, pulumi.Output[Any]]:
        """The outputs by their names in the schema."""
        return {
            "clusterNetworks": self.cluster_networks,
            "vmNetworks": self.vm_networks,
            "hostDevices": self.host_devices,
            "matchedNodes": self.matched_nodes,
            "storageVmNetwork": self.storage_vm_network,
        }

    def _path(self, key: str, given: SiteTrafficPathArgs) -> TrafficPath:
        return TrafficPath(
            f"{self._prefix}-{key}",
            name=key if given.name is None else given.name,
            uplinks=_named(TrafficPathUplinkArgs, given.uplinks, key),
            networks=given.networks,
            host_networks=_named(TrafficPathHostNetworkArgs, given.host_networks or {}, key),
            storage=given.storage,
            rwx=given.rwx,
            migration=given.migration,
            mtu=given.mtu,
            disruption=self._disruption if given.disruption is None else given.disruption,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _on_mgmt(self, given: SiteMgmtArgs) -> TrafficPath:
        # A path whose uplink is there already: Harvester's own.
        return TrafficPath(
            f"{self._prefix}-{MGMT}",
            name=MGMT,
            uplinks={},
            networks=given.networks,
            host_networks=_named(TrafficPathHostNetworkArgs, given.host_networks or {}, MGMT),
            storage=given.storage,
            rwx=given.rwx,
            migration=given.migration,
            mtu=given.mtu,
            disruption=self._disruption if given.disruption is None else given.disruption,
            opts=pulumi.ResourceOptions(parent=self),
        )


def _named(
    kind: type[N], parts: Mapping[str, N | Mapping[str, Any]], path: str
) -> dict[str, N]:
    """Parts of a path with names on the cluster that the name of the site is not in."""
    named = {key: copy.copy(as_arguments(kind, given)) for key, given in parts.items()}
    for key, part in named.items():
        part.name = f"{path}-{key}" if part.name is None else part.name
    return named


def _described(file: str) -> dict[str, Any]:
    from ..site_files.reading import WrongSiteFile, read_site

    try:
        return read_site(file)
    except WrongSiteFile as wrong:
        # Without a traceback, which says nothing about the file.
        raise pulumi.RunError(str(wrong)) from None
