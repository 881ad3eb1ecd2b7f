"""The roles for what somebody is to do, as YAML that explains itself: pure.

What is needed is said where it is asked for: by the steps of a change, and beside the look at
the nodes, the previews and the resources.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from ...change.announcing import RIGHTS as TELLING
from ...change.rights import STANDING, changing, moving, verifying
from ...cluster.resources import Object
from ...cluster.rights import Right, rules_of
from ...harvester.rights import MANAGING, POOLS, READING

NAME = "harvester-net"
API = "rbac.authorization.k8s.io/v1"
PREVIEW = frozenset((*READING, *POOLS, *STANDING))
NEEDED: dict[str, frozenset[Right]] = {
    "preview": PREVIEW,
    "networks": PREVIEW | frozenset(MANAGING),
    "changes": frozenset((*STANDING, *TELLING)) | changing(),
    "uplinks": moving(),
    "verify": verifying(),
}
"""What each purpose needs; of several, a right is given where it is needed first."""
WHY = {
    "preview": "Previews, mtu plan, mtu status and snapshot read what there is.",
    "networks": "pulumi up makes, changes and deletes networks, and waits for them.",
    "changes": "A change of a network in use stops VMs, takes configs away, and back again.",
    "uplinks": "Uplinks that change while VMs run: nodes are cordoned, VMs migrated.",
    "verify": "The look at the nodes runs a short pod on each.",
}


def text(purposes: Sequence[str]) -> str:
    """The roles for these purposes, with how to bind them."""
    name = NAME if set(purposes) == set(NEEDED) else "-".join((NAME, *purposes))
    added = _added(purposes)
    namespaces = sorted({right.namespace for rights in added.values() for right in rights})
    head = [
        f"# What harvester-net needs for: {', '.join(purposes)}. Give it to whoever runs it:",
        *(f"#   {_binding(namespace, name)}" for namespace in namespaces),
    ]
    roles = [line for namespace in namespaces for line in _role(namespace, name, added)]
    return "\n".join([*head, *roles, ""])


def _added(purposes: Sequence[str]) -> dict[str, frozenset[Right]]:
    """What each purpose needs beyond those before it."""
    given: frozenset[Right] = frozenset()
    added = {}
    for purpose in purposes:
        added[purpose] = NEEDED[purpose] - given
        given |= NEEDED[purpose]
    return added


def _binding(namespace: str, name: str) -> str:
    account = "--serviceaccount NAMESPACE:NAME"
    if not namespace:
        return f"kubectl create clusterrolebinding {name} --clusterrole {name} {account}"
    return f"kubectl -n {namespace} create rolebinding {name} --role {name} {account}"


def _role(namespace: str, name: str, added: dict[str, frozenset[Right]]) -> Iterator[str]:
    yield from ("---", f"apiVersion: {API}", f"kind: {'Role' if namespace else 'ClusterRole'}")
    yield from ("metadata:", f"  name: {name}")
    if namespace:
        yield f"  namespace: {namespace}"
    yield "rules:"
    for purpose, rights in added.items():
        here = [right for right in rights if right.namespace == namespace]
        if here:
            yield f"  # {WHY[purpose]}"
            yield from _rules(rules_of(here))


def _rules(rules: Iterable[Object]) -> Iterator[str]:
    for rule in rules:
        for number, (field, values) in enumerate(rule.items()):
            yield f"  {'  ' if number else '- '}{field}: {json.dumps(values)}"
