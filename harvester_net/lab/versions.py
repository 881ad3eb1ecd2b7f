"""Which Harvester an embedded lab is like, unless it is told."""

from __future__ import annotations

DEFAULT_VERSION = "v1.8.2"
