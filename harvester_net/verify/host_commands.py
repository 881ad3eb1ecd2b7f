"""What an operator does on a host by hand, by installed version (H5.3, H7)."""

from __future__ import annotations

from ..harvester.versions import NETWORK_MANAGER, Version
from .vlans import words


def mtu_commands(version: Version, mtu: int) -> str:
    """How the devices of mgmt get an MTU in bytes on one node."""
    if NETWORK_MANAGER.on(version):
        return (
            f"nmcli con modify bond-mgmt 802-3-ethernet.mtu {mtu}; nmcli con modify "
            f"bridge-mgmt 802-3-ethernet.mtu {mtu}; with a VLAN also vlan-mgmt; then nmcli "
            "device reapply mgmt-bo; nmcli device reapply mgmt-br"
        )
    return (
        f"set MTU={mtu} in /oem/90_custom.yaml for ifcfg-mgmt-bo and ifcfg-mgmt-br, and "
        "reboot the node"
    )


def vlan_commands(version: Version, present: frozenset[int], missing: frozenset[int]) -> str:
    """How the uplink of mgmt gets more VLANs on one node."""
    tagged = ", ".join(str(vlan) for vlan in sorted((present | missing) - {1}))
    if NETWORK_MANAGER.on(version):
        return (
            f"nmcli con modify bond-mgmt bridge-port.vlans '1 pvid untagged, {tagged}'; "
            f"nmcli con modify bridge-mgmt bridge.vlans {tagged.replace(' ', '')}; then "
            "reboot the node"
        )
    return (
        f"add VLAN {words(missing)} for mgmt-bo and mgmt-br in /oem/90_custom.yaml, as VLAN "
        "lines of the primary one stand there, and reboot the node"
    )


def bond_removal(cluster_network: str) -> str:
    """How a bond and bridge that nobody owns any more are removed on one node."""
    return f"ip link delete {cluster_network}-br; ip link delete {cluster_network}-bo"
