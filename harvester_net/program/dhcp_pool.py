"""DhcpPool: addresses that Harvester's managed DHCP add-on gives the VMs of a VM network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pulumi

from .registration import TextMap, existing, filled, options, token
from .vm_network import VmNetwork

TOKEN = token("DhcpPool")


@pulumi.input_type
class _Properties:
    # Any lets wrong values pass to the plugin, which has better words for them than the SDK.
    name: Any = pulumi.property("name")
    namespace: Any = pulumi.property("namespace")
    vm_network: Any = pulumi.property("vmNetwork")
    cidr: Any = pulumi.property("cidr")
    server_ip: Any = pulumi.property("serverIp")
    start: Any = pulumi.property("start")
    end: Any = pulumi.property("end")
    exclude: Any = pulumi.property("exclude")
    router: Any = pulumi.property("router")
    dns: Any = pulumi.property("dns")
    domain_name: Any = pulumi.property("domainName")
    domain_search: Any = pulumi.property("domainSearch")
    ntp: Any = pulumi.property("ntp")
    lease_time: Any = pulumi.property("leaseTime")
    paused: Any = pulumi.property("paused")
    labels: Any = pulumi.property("labels")
    annotations: Any = pulumi.property("annotations")
    uid: Any = pulumi.property("uid")
    used: Any = pulumi.property("used")
    available: Any = pulumi.property("available")


@pulumi.type_token(TOKEN)
class DhcpPool(pulumi.CustomResource):
    """Experimental: addresses that the VMs of a VM network get from Harvester's managed DHCP,
    the add-on vm-dhcp-controller, which is experimental itself.

    It is ready when the add-on says that the pool is registered, its cache is ready and its
    agent runs; a paused one when it has stopped.
    """

    name: pulumi.Output[str] = pulumi.property("name")
    namespace: pulumi.Output[str | None] = pulumi.property("namespace")
    vm_network: pulumi.Output[str] = pulumi.property("vmNetwork")
    cidr: pulumi.Output[str] = pulumi.property("cidr")
    server_ip: pulumi.Output[str] = pulumi.property("serverIp")
    start: pulumi.Output[str] = pulumi.property("start")
    end: pulumi.Output[str] = pulumi.property("end")
    exclude: pulumi.Output[list[str] | None] = pulumi.property("exclude")
    router: pulumi.Output[str | None] = pulumi.property("router")
    dns: pulumi.Output[list[str] | None] = pulumi.property("dns")
    domain_name: pulumi.Output[str | None] = pulumi.property("domainName")
    domain_search: pulumi.Output[list[str] | None] = pulumi.property("domainSearch")
    ntp: pulumi.Output[list[str] | None] = pulumi.property("ntp")
    lease_time: pulumi.Output[int | None] = pulumi.property("leaseTime")
    paused: pulumi.Output[bool | None] = pulumi.property("paused")
    labels: pulumi.Output[dict[str, str] | None] = pulumi.property("labels")
    annotations: pulumi.Output[dict[str, str] | None] = pulumi.property("annotations")
    uid: pulumi.Output[str] = pulumi.property("uid")
    """UID of the object on the server."""
    used: pulumi.Output[int | None] = pulumi.property("used")
    """How many addresses VMs have; absent until the add-on says so."""
    available: pulumi.Output[int | None] = pulumi.property("available")
    """How many addresses are left; absent until the add-on says so."""

    def __init__(
        self,
        resource_name: str,
        *,
        vm_network: VmNetwork | pulumi.Input[str],
        cidr: pulumi.Input[str],
        server_ip: pulumi.Input[str],
        start: pulumi.Input[str],
        end: pulumi.Input[str],
        name: pulumi.Input[str] | None = None,
        namespace: pulumi.Input[str] | None = None,
        exclude: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        router: pulumi.Input[str] | None = None,
        dns: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        domain_name: pulumi.Input[str] | None = None,
        domain_search: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        ntp: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        lease_time: pulumi.Input[int] | None = None,
        paused: pulumi.Input[bool] | None = None,
        labels: TextMap | None = None,
        annotations: TextMap | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """A DHCP pool.

        Args:
            resource_name: Name of the resource in the program.
            vm_network: The VM network as `namespace/name`; no overlay network. Or the
                VmNetwork object.
            cidr: The subnet, such as 192.168.100.0/24.
            server_ip: Address of the DHCP server itself, which the add-on's agent gets.
            start: First address that VMs get.
            end: Last address that VMs get.
            name: Name of the DHCP pool. Defaults to the resource's name.
            namespace: Namespace of the DHCP pool. Defaults to `default`.
            exclude: Addresses between them that no VM gets.
            router: The gateway that VMs are told. It can be added; another one, or none,
                replaces the pool.
            dns: DNS servers that VMs are told, at most 3.
            domain_name: Domain that VMs are told.
            domain_search: Domains in which VMs look for names.
            ntp: Time servers that VMs are told, at most 4.
            lease_time: How long an address is lent, in seconds.
            paused: Whether the DHCP server is stopped: no VM gets or renews an address.
                Defaults to false.
            labels: Labels of your own. Only the keys given here are managed; keys of
                Harvester's controllers are refused.
            annotations: Annotations of your own. Only the keys given here are managed; keys of
                Harvester's controllers are refused.
            opts: Options of every Pulumi resource.
        """
        properties = filled(
            _Properties,
            name=name,
            namespace=namespace,
            # The object itself: the plugin knows its key before it has an id.
            vm_network=vm_network,
            cidr=cidr,
            server_ip=server_ip,
            start=start,
            end=end,
            exclude=exclude,
            router=router,
            dns=dns,
            domain_name=domain_name,
            domain_search=domain_search,
            ntp=ntp,
            lease_time=lease_time,
            paused=paused,
            labels=labels,
            annotations=annotations,
        )
        super().__init__(TOKEN, resource_name, properties, options(opts))

    @staticmethod
    def get(
        resource_name: str,
        id: pulumi.Input[str],  # noqa: A002 - Pulumi's own word
        opts: pulumi.ResourceOptions | None = None,
    ) -> DhcpPool:
        """The DHCP pool with an id, which is `namespace/name`, as it is on the server."""
        return existing(DhcpPool, _Properties, TOKEN, resource_name, id, opts)
