"""The differences of the embedded control plane that stay, and why."""

from __future__ import annotations

import re
from dataclasses import dataclass

EVERYWHERE = ""
"""As a scenario: in all of them."""


@dataclass(frozen=True)
class Known:
    """A difference that stays in these steps of a scenario."""

    scenario: str
    steps: tuple[str, ...]
    """All, if none is named."""
    differs: str
    """A regular expression for what differs: `answer 1`, `fact VM default/a: status.x`,
    `writes VM default/a`, `order ...`.
    """
    what: str
    reason: str

    def covers(self, scenario: str, step: str, said: str) -> bool:
        here = self.scenario in (EVERYWHERE, scenario) and (
            not self.steps or step in self.steps
        )
        return here and bool(re.fullmatch(self.differs, said))


KNOWN: tuple[Known, ...] = ()
