"""What a check has seen as plain values: for JSON, and for the outputs of resources."""

from __future__ import annotations

from typing import Any

from .devices import Bond, Devices, Ports
from .outcome import Finding, Outcome
from .pinging import PingResult

Values = dict[str, Any]


def document(outcome: Outcome) -> Values:
    """All of it, for programs."""
    return {
        "clusterNetwork": outcome.cluster_network,
        "mtu": outcome.mtu,
        "vlan": outcome.vlan,
        "proven": outcome.is_proven,
        "nodes": [
            {"node": node} | ({"looked": False} if seen is None else _node(seen))
            for node, seen in sorted(outcome.nodes.items())
        ],
        "pings": [
            {"from": a, "to": b, "came": results.value}
            for (a, b), results in sorted(outcome.pings.results.items())
        ],
        "findings": [_finding(finding) for finding in outcome.findings],
        "notes": [_finding(note) for note in outcome.notes],
        "unproven": list(outcome.unproven),
    }


def nodes_output(outcome: Outcome) -> list[Values]:
    """The nodes as the output `nodes` of a resource (specs.disruption.NodeDevices)."""
    return [
        _output(node, seen, outcome) for node, seen in sorted(outcome.nodes.items()) if seen
    ]


def _node(seen: Devices) -> Values:
    return {
        "looked": True,
        "bond": None if seen.bond is None else _bond(seen.bond),
        "bridge": None
        if seen.bridge is None
        else {
            "name": seen.bridge.name,
            "index": seen.bridge.index,
            "mtu": seen.bridge.mtu,
        },
        "ports": _ports(seen.ports),
        "vlans": sorted(seen.vlans),
    }


def _bond(bond: Bond) -> Values:
    return {
        "name": bond.name,
        "index": bond.index,
        "mtu": bond.mtu,
        "mode": bond.mode,
        "activeNic": bond.active_nic,
        "bridge": bond.master,
        "nics": [{"name": n.name, "mtu": n.mtu, "state": n.state} for n in bond.members],
    }


def _ports(ports: Ports) -> Values:
    return {
        "count": ports.count,
        "byMtu": {str(mtu): number for mtu, number in sorted(ports.by_mtu.items())},
        "lowest": [
            {"name": p.name, "kind": p.kind, "mtu": p.mtu, "macs": list(p.macs)}
            for p in ports.lowest
        ],
    }


def _finding(finding: Finding) -> Values:
    return {"node": finding.node, "device": finding.device, "what": finding.what}


def _output(node: str, seen: Devices, outcome: Outcome) -> Values:
    """One node; what is not there is left out."""
    values: Values = {
        "node": node,
        "bondMtu": seen.bond.mtu if seen.bond else None,
        "bondMode": seen.bond.mode if seen.bond else None,
        "activeNic": (seen.bond.active_nic or None) if seen.bond else None,
        "nics": [nic.name for nic in seen.bond.members] if seen.bond else None,
        "bridgeMtu": seen.bridge.mtu if seen.bridge else None,
        "vlans": sorted(seen.vlans),
        "reaches": sorted(
            b
            for (a, b), results in outcome.pings.results.items()
            if a == node and results is PingResult.FULL
        ),
    }
    return {name: value for name, value in values.items() if value is not None}
