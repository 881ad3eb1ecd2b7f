"""docs/rules.md, made from the rules: ``python -m harvester_net.rules.documentation``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from ..cluster.resources import (
    CLUSTER_NETWORK,
    DHCP_POOL,
    HOST_NETWORK_CONFIG,
    NAD,
    SETTING,
    VLAN_CONFIG,
    Resource,
)
from .catalogue import all_rules
from .rule import FIRST, Rule, Severity

FILE = Path(__file__).parents[2] / "docs" / "rules.md"

TITLES: dict[Resource, tuple[str, str]] = {
    CLUSTER_NETWORK: ("ClusterNetwork", "Cluster networks"),
    VLAN_CONFIG: ("NetworkConfig", "Network configs"),
    NAD: ("VmNetwork", "VM networks"),
    HOST_NETWORK_CONFIG: ("HostNetworkConfig", "Host network configs"),
    DHCP_POOL: ("DhcpPool", "DHCP pools"),
    SETTING: (
        "StorageNetwork",
        "Settings: storage-network, rwx-network, vm-migration-network",
    ),
}

HEAD = """\
# What Harvester refuses, and what we refuse or warn of

Made from the functions under `harvester_net/rules/` by `make rules`; do not edit it by hand.

`pulumi preview` judges every resource that changes by these rules, before anything is
written. A rule sees the cluster as it is with everything that this run plans laid over it:
what another resource of the same program makes or clears is no objection. What the run may
still cure, because it has not shown all of its resources yet, is a warning. Rules marked
*change* or *waits* are no refusals of ours: the ordered change stops the VMs and clears the
storage network with your consent (see [mtu.md](mtu.md)), or harvester-net waits until it
passes.

Besides these, the properties of one resource are checked on their own (names, ranges of
numbers, properties that exclude each other) before the cluster is asked; `schema.json`
describes them.

The column *Harvester* says which versions have the rule. *Fact* is the section of
[our facts](facts/README.md) that tells it at length, *Source* the file that it was read in, at
the version in which it was read.
The rules of Harvester 1.7 (networks) and 1.8 (settings) are held against the real webhooks
by `make test-differential`.
"""


def text() -> str:
    """The whole page."""
    return "\n".join([HEAD, *(line for kind in TITLES for line in _chapter(kind))])


def _chapter(kind: Resource) -> Iterator[str]:
    resource, title = TITLES[kind]
    yield f"## {title}\n"
    for severity, words in SECTIONS.items():
        found = (r for r in all_rules() if r.resource == kind and r.severity is severity)
        rules = sorted(found, key=_place)
        if rules:
            yield f"### {words}\n"
            yield f"| Rule | When | Property of {resource} | Harvester | Fact | Source |"
            yield "|---|---|---|---|---|---|"
            yield from map(_row, rules)
            yield ""


def _place(rule: Rule) -> tuple[str, int]:
    """Where the rule stands in the code, whoever was imported first."""
    code = rule.judge.__code__
    return code.co_filename, code.co_firstlineno


SECTIONS = {
    Severity.REFUSED: "Refused by Harvester",
    Severity.STRICTER: "Taken by Harvester, refused by harvester-net",
    Severity.WARNING: "Warned of",
}


def _row(rule: Rule) -> str:
    cells = (
        f'<a id="{rule.name}"></a>**{rule.name}**{_care(rule)}: {rule.summary}{_only(rule)}',
        ", ".join(rule.operations),
        f"`{rule.path}`" if rule.path else "",
        _versions(rule),
        _fact(rule.fact),
        f"[{rule.source}]({rule.source.url})",
    )
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def _fact(fact: str) -> str:
    """A link to the section of the fact sheet; the item stays beside it."""
    section, _, item = fact.partition(" ")
    sheet = "breadth" if section.startswith("B") else "harvester"
    link = f"[{section}](facts/{sheet}.md#{section.lower()})"
    return f"{link} {item}" if item else link


def _care(rule: Rule) -> str:
    if rule.handled_by_change:
        return " (*change*)"
    return " (*waits*)" if rule.transient else ""


def _only(rule: Rule) -> str:
    if not rule.only or rule.resource != SETTING:
        return ""
    return f" ({', '.join(rule.only)})"


def _versions(rule: Rule) -> str:
    since = "" if rule.since == FIRST else f"from {rule.since[0]}.{rule.since[1]}"
    until = "" if rule.until is None else f"before {rule.until[0]}.{rule.until[1]}"
    return " ".join(filter(None, (since, until))) or "all"


if __name__ == "__main__":
    FILE.write_text(text())
    sys.stdout.write(f"{FILE}\n")
