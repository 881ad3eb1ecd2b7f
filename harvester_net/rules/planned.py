"""What this run of the program wants, as far as it has been checked."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Planned:
    """The wishes that several resources of one program must agree on."""

    mtu_of: dict[str, int] = field(default_factory=dict)
    """MTU in bytes that the program gives each cluster network."""
    configs_of: dict[str, set[str]] = field(default_factory=dict)
    """Names of the network configs that the program has for each cluster network."""
