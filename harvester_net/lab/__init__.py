"""A Harvester cluster on one machine, in pure Python: an API server, Harvester's rules and
controllers, and the machines that it needs.

For programs and tests: `with Lab.start() as lab`. What these names bring along is loaded when
one is first used, so that the lab's own process loads only what it needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harvester_net.lab.errors import LabError as LabError
    from harvester_net.lab.handle import Lab as Lab

_HOMES = {"Lab": "handle", "LabError": "errors"}
"""The module in which each public name is."""

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
