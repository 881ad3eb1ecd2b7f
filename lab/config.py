"""What was asked for when a lab was started: `config.json` of its directory."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from lab.simulators import Timings


@dataclass(frozen=True)
class LabConfig:
    name: str
    nodes: int
    real: bool
    """Whether they are real ones."""
    owner: int | None
    """The process with which the lab ends."""
    timings: Timings

    def write(self, directory: Path) -> None:
        (directory / "config.json").write_text(json.dumps(asdict(self)))

    @classmethod
    def read(cls, directory: Path) -> Self:
        content: dict[str, Any] = json.loads((directory / "config.json").read_text())
        return cls(**content | {"timings": Timings(**content["timings"])})
