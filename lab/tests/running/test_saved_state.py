"""When a saved state is the right one; without a lab."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab import LabError, saved
from lab.controlplane import ControlPlane
from lab.setup import Setup


async def test_reset_looks_for_the_state_of_the_start_whatever_was_edited_since(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    source = tmp_path / "source.py"
    source.write_text("as it was at the start")
    monkeypatch.setattr(saved, "_sources", lambda: [source])
    setup = Setup(tmp_path, ports={}, address="", programs={})
    plane = ControlPlane(setup, nodes=1, changed=lambda message: None)
    at_start = saved.key(setup, plane._machines)
    source.write_text("edited")
    assert saved.key(setup, plane._machines) != at_start

    asked: list[str] = []
    monkeypatch.setattr(saved, "restore", lambda key, setup: asked.append(key))
    with pytest.raises(LabError, match="saved state of this lab is gone"):
        await plane.reset()
    assert asked == [at_start]
