"""Label selectors mean what Kubernetes means by them."""

from __future__ import annotations

from typing import Any

import pytest

from harvester_net.harvester.label_selectors import selects

LABELS = {"zone": "a", "rack": ""}


def asks(key: str, operator: str, *values: str) -> dict[str, Any]:
    expression = {"key": key, "operator": operator} | ({"values": [*values]} if values else {})
    return {"matchExpressions": [expression]}


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        (None, True),
        ({}, True),
        ({"matchLabels": {}, "matchExpressions": []}, True),
        ({"matchLabels": {"zone": "a"}}, True),
        ({"matchLabels": {"zone": "a", "rack": "1"}}, False),
        (asks("zone", "In", "a", "b"), True),
        (asks("zone", "In", "b"), False),
        (asks("gone", "In", ""), False),
        (asks("zone", "NotIn", "b"), True),
        (asks("zone", "NotIn", "a"), False),
        (asks("gone", "NotIn", "a"), True),
        (asks("rack", "Exists"), True),
        (asks("gone", "Exists"), False),
        (asks("gone", "DoesNotExist"), True),
        (asks("rack", "DoesNotExist"), False),
        (asks("zone", "Like", "a"), False),
        ({"matchLabels": {"zone": "a"}} | asks("gone", "Exists"), False),
    ],
)
def test_selector_meets_labels(selector: dict[str, Any] | None, expected: bool) -> None:
    assert selects(selector, LABELS) is expected
