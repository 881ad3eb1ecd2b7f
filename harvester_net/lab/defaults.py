"""What a lab is if nothing else is said."""

from __future__ import annotations

NAME = "main"
NODES = 3
