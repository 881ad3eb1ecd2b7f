"""What was asked for when a lab was started: `config.json` of its directory."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from harvester_net.lab.simulators import Timings
from harvester_net.lab.status import EMBEDDED
from harvester_net.lab.versions import DEFAULT_VERSION


@dataclass(frozen=True)
class LabConfig:
    name: str
    nodes: int
    owner: int | None
    """The process with which the lab ends."""
    timings: Timings
    control_plane: str = EMBEDDED
    real: bool = False
    """Whether the nodes are real ones."""
    version: str = DEFAULT_VERSION
    """Harvester's, as its Setting says it; an embedded lab follows its rules."""
    like: str | None = None
    """The file with the site that an embedded lab is made like."""

    def write(self, directory: Path) -> None:
        (directory / "config.json").write_text(json.dumps(asdict(self)))

    @classmethod
    def read(cls, directory: Path) -> Self:
        content: dict[str, Any] = json.loads((directory / "config.json").read_text())
        return cls(**content | {"timings": Timings(**content["timings"])})
