"""What Nodes say of themselves."""

from __future__ import annotations

from ..cluster.resources import Object, condition


def is_ready(node: Object | None) -> bool:
    """Whether a node is ready; one that is not known, or says nothing, counts as ready."""
    status = condition(node, "Ready").get("status") if node is not None else None
    return status in (None, "True")
