"""The uplink of a network config and its parts, as arguments and as outputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pulumi

from .enums import AnyBondMode


@pulumi.input_type
class BondOptionsArgs:
    """How the NICs of a node are bonded."""

    mode: pulumi.Input[AnyBondMode] | None = pulumi.property("mode")
    miimon: pulumi.Input[int] | None = pulumi.property("miimon")

    def __init__(
        self,
        *,
        mode: pulumi.Input[AnyBondMode] | None = None,
        miimon: pulumi.Input[int] | None = None,
    ) -> None:
        """How the NICs of a node are bonded.

        Args:
            mode: Bond mode. `802.3ad` needs LACP on the switch; `balance-rr`, `balance-xor`
                and `broadcast` need a static link aggregation; the others need none. Defaults
                to `active-backup`.
            miimon: Interval of link monitoring in milliseconds. Absent and -1 mean 100.
        """
        self.mode = mode
        self.miimon = miimon


@pulumi.input_type
class LinkAttributesArgs:
    """Attributes of the uplink, other than its MTU, which is the cluster network's."""

    tx_q_len: pulumi.Input[int] | None = pulumi.property("txQLen")
    hardware_addr: pulumi.Input[str] | None = pulumi.property("hardwareAddr")

    def __init__(
        self,
        *,
        tx_q_len: pulumi.Input[int] | None = None,
        hardware_addr: pulumi.Input[str] | None = None,
    ) -> None:
        """Attributes of the uplink, other than its MTU.

        Args:
            tx_q_len: Length of the transmit queue in packets. Absent and -1 leave the
                kernel's.
            hardware_addr: MAC address of the bond, such as `02:00:00:aa:bb:cc`. Useful only
                for a config that matches one node. Absent leaves the kernel's choice.
        """
        self.tx_q_len = tx_q_len
        self.hardware_addr = hardware_addr


@pulumi.input_type
class UplinkArgs:
    """The uplink of the matched nodes: a bond over their NICs."""

    nics: pulumi.Input[Sequence[pulumi.Input[str]]] = pulumi.property("nics")
    bond_options: pulumi.Input[pulumi.InputType[BondOptionsArgs]] | None = pulumi.property(
        "bondOptions"
    )
    link_attributes: pulumi.Input[pulumi.InputType[LinkAttributesArgs]] | None = (
        pulumi.property("linkAttributes")
    )

    def __init__(
        self,
        *,
        nics: pulumi.Input[Sequence[pulumi.Input[str]]],
        bond_options: pulumi.Input[pulumi.InputType[BondOptionsArgs]] | None = None,
        link_attributes: pulumi.Input[pulumi.InputType[LinkAttributesArgs]] | None = None,
    ) -> None:
        """The uplink of the matched nodes.

        Args:
            nics: Names of the NICs, the same on every matched node. Their order has no
                meaning.
            bond_options: How the NICs are bonded.
            link_attributes: Attributes of the uplink other than the MTU.
        """
        self.nics = nics
        self.bond_options = bond_options
        self.link_attributes = link_attributes


@pulumi.output_type
class BondOptions(dict[str, Any]):
    """How the NICs of a node are bonded."""

    mode: str | None = pulumi.property("mode")
    miimon: int | None = pulumi.property("miimon")


@pulumi.output_type
class LinkAttributes(dict[str, Any]):
    """Attributes of the uplink, other than its MTU, which is the cluster network's."""

    tx_q_len: int | None = pulumi.property("txQLen")
    hardware_addr: str | None = pulumi.property("hardwareAddr")


@pulumi.output_type
class Uplink(dict[str, Any]):
    """The uplink of the matched nodes: a bond over their NICs."""

    nics: list[str] = pulumi.property("nics")
    bond_options: BondOptions | None = pulumi.property("bondOptions")
    link_attributes: LinkAttributes | None = pulumi.property("linkAttributes")
