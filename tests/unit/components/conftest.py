"""Components are programs, too."""

from __future__ import annotations

from tests.unit.program.conftest import _loop_of_a_program

__all__ = ["_loop_of_a_program"]
