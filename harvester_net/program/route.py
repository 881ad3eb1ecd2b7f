"""The route of a VM network, as an argument and as an output."""

from __future__ import annotations

from typing import Any

import pulumi

from .enums import AnyRouteMode


@pulumi.input_type
class RouteArgs:
    """Where the VLAN's gateway is: Harvester checks that it answers. Only for a VLAN."""

    mode: pulumi.Input[AnyRouteMode] = pulumi.property("mode")
    cidr: pulumi.Input[str] | None = pulumi.property("cidr")
    gateway: pulumi.Input[str] | None = pulumi.property("gateway")
    server_ip_addr: pulumi.Input[str] | None = pulumi.property("serverIPAddr")

    def __init__(
        self,
        *,
        mode: pulumi.Input[AnyRouteMode],
        cidr: pulumi.Input[str] | None = None,
        gateway: pulumi.Input[str] | None = None,
        server_ip_addr: pulumi.Input[str] | None = None,
    ) -> None:
        """Where the VLAN's gateway is.

        Args:
            mode: `auto` asks the VLAN's DHCP server; `manual` needs `cidr` and `gateway`.
            cidr: Network of the VLAN, such as 192.168.100.0/24.
            gateway: IP address of the gateway.
            server_ip_addr: IP address of the DHCP server that `auto` asks. Absent means any.
        """
        self.mode = mode
        self.cidr = cidr
        self.gateway = gateway
        self.server_ip_addr = server_ip_addr


@pulumi.output_type
class Route(dict[str, Any]):
    """Where the VLAN's gateway is."""

    mode: str = pulumi.property("mode")
    cidr: str | None = pulumi.property("cidr")
    gateway: str | None = pulumi.property("gateway")
    server_ip_addr: str | None = pulumi.property("serverIPAddr")
