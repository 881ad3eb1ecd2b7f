"""Kubernetes' label selectors, as in a HostNetworkConfig (H1.5)."""

from __future__ import annotations

from collections.abc import Mapping

from ..cluster.resources import Object


def selects(selector: Object | None, labels: Mapping[str, str]) -> bool:
    """Whether these labels meet the selector; none and an empty one select everything."""
    given = selector or {}
    wanted = given.get("matchLabels") or {}
    expressions = given.get("matchExpressions") or []
    return wanted.items() <= labels.items() and all(_meets(one, labels) for one in expressions)


def _meets(expression: Object, labels: Mapping[str, str]) -> bool:
    key, values = expression.get("key", ""), expression.get("values") or []
    match expression.get("operator"):
        case "In":
            return key in labels and labels[key] in values
        case "NotIn":
            return key not in labels or labels[key] not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
    return False
