"""On which nodes a VM may run, and which take none now."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..cluster.resources import Object, annotations_of, labels_of
from .json_texts import fields_in, items_in
from .names import MAINTENANCE, WITNESS
from .nodes import is_ready
from .workloads import is_vm

_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"


def why_closed(node: Object) -> str:
    """Why no VM can start on a node, as the end of a sentence; empty if one can."""
    if annotations_of(node).get(MAINTENANCE):
        return "is in maintenance mode"
    if fields_in(node.get("spec")).get("unschedulable") is True:
        return "is cordoned"
    return "" if is_ready(node) else "is not ready"


def places_of(vm: Object, nodes: Mapping[str, Object]) -> Iterator[str]:
    """The nodes that the selector and affinity of a VM, or of its instance, leave it, whether
    they take VMs now or not.

    What cannot be read leaves it all.
    """
    spec = _spec_of(vm)
    selector, terms = _selector(spec), _terms(spec)
    for name, node in sorted(nodes.items()):
        labels = labels_of(node)
        selected = WITNESS not in labels and selector.items() <= labels.items()
        if selected and (not terms or any(_fits(term, name, labels) for term in terms)):
            yield name


def requirements_of(vm: Object) -> str:
    """The same text for VMs that may run on the same nodes."""
    spec = _spec_of(vm)
    return repr((sorted(_selector(spec).items()), _terms(spec)))


def _spec_of(vm: Object) -> Object:
    spec = vm["spec"]
    return fields_in(fields_in(spec.get("template")).get("spec")) if is_vm(vm) else spec


def _selector(spec: Object) -> dict[str, str]:
    return fields_in(spec.get("nodeSelector"))


def _terms(spec: Object) -> list[Any]:
    """The terms of the affinity, of which one must fit."""
    affinity = fields_in(fields_in(spec.get("affinity")).get("nodeAffinity"))
    return items_in(fields_in(affinity.get(_REQUIRED)).get("nodeSelectorTerms"))


def _fits(term: object, name: str, labels: Mapping[str, str]) -> bool:
    asked = fields_in(term)
    return all(
        _holds(fields_in(each), labels) for each in items_in(asked.get("matchExpressions"))
    ) and all(
        _holds(fields_in(each), {"metadata.name": name})
        for each in items_in(asked.get("matchFields"))
    )


def _holds(asked: Object, labels: Mapping[str, str]) -> bool:
    value, values = labels.get(str(asked.get("key"))), items_in(asked.get("values"))
    check = _OPERATORS.get(str(asked.get("operator")))
    return check is None or check(value, values)


def _is_number(text: object) -> bool:
    return isinstance(text, str) and text.lstrip("-").isdecimal()


def _compares(value: str | None, values: list[Any], *, greater: bool) -> bool:
    if not values or not _is_number(value) or not _is_number(values[0]):
        return False
    difference = int(value or 0) - int(values[0])
    return difference > 0 if greater else difference < 0


_OPERATORS: Mapping[str, Callable[[str | None, list[Any]], bool]] = {
    "In": lambda value, values: value in values,
    "NotIn": lambda value, values: value not in values,
    "Exists": lambda value, values: value is not None,
    "DoesNotExist": lambda value, values: value is None,
    "Gt": lambda value, values: _compares(value, values, greater=True),
    "Lt": lambda value, values: _compares(value, values, greater=False),
}
