"""How an agent follows HostNetworkConfigs: pure (B1.3).

What is wrong with the real agents is so here, too: a device that is there is never looked at
again, whatever its config wants, and a set-up that failed leaves the device, which the next
look takes for done.
"""

from __future__ import annotations

from dataclasses import dataclass

from harvester_net.harvester.host_networks import device_of, network_of, static_addresses
from harvester_net.harvester.label_selectors import selects
from harvester_net.harvester.names import BRIDGE
from harvester_net.lab.api import Object
from harvester_net.lab.faults import DhcpSilent, Faults
from harvester_net.lab.simulators.links import VLAN, Links, new_link

FINALIZER = "wrangler.cattle.io/harvester-network-hostnetworkconfig-controller"
_NO_LEASE = "setup l3 connectivity failed: failed to get DHCP lease: no DHCPOFFER was received"


@dataclass(frozen=True)
class Outcome:
    """The links of a node after a look, and what its agent says; None: nothing, not even what
    it said before.
    """

    links: Links
    said: Object | None
    failed: bool = False
    """Whether the set-up has just failed."""


def followed(
    links: Links, node: str, labels: dict[str, str], config: Object, faults: Faults
) -> Outcome:
    """What an agent makes of a config that stays."""
    bridge = links.find(f"{network_of(config)}{BRIDGE}")
    if not selects(config["spec"].get("nodeSelector"), labels):
        return Outcome(links.removed(device_of(config)), None)
    if bridge is None:
        return Outcome(links, _said_before(config, node))
    if links.find(device_of(config)):
        return Outcome(links, _said(config, ""))
    device = new_link(node, device_of(config), VLAN, mtu=bridge.mtu, address="")
    error = ""
    if config["spec"]["mode"] == "dhcp":
        error = _NO_LEASE if DhcpSilent(node) in faults else ""
        address = "" if error else _lease(node, config)
    else:
        address = static_addresses(config).get(node, "")
    added = links.added(device)
    links = added.changed(device.name, address=address)
    return Outcome(links, _said(config, error), bool(error))


def _said_before(config: Object, node: str) -> Object | None:
    found = ((config.get("status") or {}).get("nodeStatus") or {}).get(node)
    return dict(found) if found else None


def _said(config: Object, error: str) -> Object:
    ready = {"type": "ready", "status": "False" if error else "True"}
    if error:
        ready["message"] = error
    place = {name: config["spec"][name] for name in ("clusterNetwork", "vlanID", "mode")}
    return place | {"conditions": [ready]}


def _lease(node: str, config: Object) -> str:
    """What the DHCP server of the lab gives: always the same to the same node."""
    number = int("".join(filter(str.isdigit, node)) or 0)
    return f"172.31.{config['spec']['vlanID'] % 256}.{10 + number % 240}/24"
