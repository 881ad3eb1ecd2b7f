"""Which nodes a pod may run on: its node selector, required node affinity, and other pods.

Harvester's VM mutator asks there for the cluster networks a VM uses (H3.7), so a VM whose
network is on two of three nodes only comes up on those.
"""

from __future__ import annotations

from collections.abc import Iterable

from harvester_net.lab.api import Object
from harvester_net.lab.simulators.machines import nics_of
from harvester_net.lab.simulators.mirror import is_deleting

Labels = dict[str, str]

_ENDED = ("Succeeded", "Failed")


def suitable_nodes(
    pod: Object, nodes: Iterable[Object], others: Iterable[Object] = ()
) -> list[str]:
    """The names of the simulated nodes that take new pods and that this pod accepts.

    Among the other pods it may have some beside which it must not run.
    """
    avoided = _nodes_to_avoid(pod, others)
    return sorted(
        node["metadata"]["name"]
        for node in nodes
        if nics_of(node)
        and not is_deleting(node)
        and node["metadata"]["name"] not in avoided
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


def _nodes_to_avoid(pod: Object, others: Iterable[Object]) -> set[str]:
    """Where a pod runs that it keeps away from, as the target of a migration does."""
    affinity = (pod["spec"].get("affinity") or {}).get("podAntiAffinity") or {}
    terms = affinity.get("requiredDuringSchedulingIgnoredDuringExecution") or []
    wanted = [term["labelSelector"].get("matchLabels") or {} for term in terms]
    if not wanted:
        return set()
    return {
        other["spec"]["nodeName"]
        for other in others
        if other["spec"].get("nodeName")
        and (other.get("status") or {}).get("phase") not in _ENDED
        and other["metadata"].get("namespace") == pod["metadata"].get("namespace")
        and any(
            labels.items() <= (other["metadata"].get("labels") or {}).items()
            for labels in wanted
        )
    }


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
