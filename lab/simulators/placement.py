"""Which nodes a pod may run on: its node selector and required node affinity.

Harvester's VM mutator asks there for the cluster networks a VM uses (H3.7), so a VM whose
network is on two of three nodes only comes up on those.
"""

from __future__ import annotations

from collections.abc import Iterable

from lab.api import Object
from lab.simulators.machines import nics_of
from lab.simulators.mirror import is_deleting

Labels = dict[str, str]


def suitable_nodes(pod: Object, nodes: Iterable[Object]) -> list[str]:
    """The names of the simulated nodes that take new pods and that this pod accepts."""
    return sorted(
        node["metadata"]["name"]
        for node in nodes
        if nics_of(node)
        and not is_deleting(node)
        and not (node.get("spec") or {}).get("unschedulable")
        and accepts(pod, node["metadata"].get("labels") or {})
    )


def accepts(pod: Object, labels: Labels) -> bool:
    spec = pod["spec"]
    selector = spec.get("nodeSelector") or {}
    if not all(labels.get(k) == v for k, v in selector.items() if not _of_kubevirt(k)):
        return False
    affinity = (spec.get("affinity") or {}).get("nodeAffinity") or {}
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution") or {}
    terms = required.get("nodeSelectorTerms") or []
    return not terms or any(_term_holds(term, labels) for term in terms)


def _term_holds(term: Object, labels: Labels) -> bool:
    expressions = term.get("matchExpressions") or []
    return all(_holds(expression, labels) for expression in expressions)


def _holds(expression: Object, labels: Labels) -> bool:
    key, operator = expression["key"], expression["operator"]
    values = expression.get("values") or []
    if _of_kubevirt(key):
        return True
    match operator:
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
    return True


def _of_kubevirt(key: str) -> bool:
    """CPU models and the like, which virt-handler and its labeller find on real machines."""
    return key.partition("/")[0].endswith("kubevirt.io")
