"""What the real server said, kept for tests that have no lab.

`python -m lab.tests.running.conformance.record` plays the steps on a lab and writes it anew.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from lab import RealLab
from lab.tests.running.conformance.play import Answer, Answers, played, server_of

FILE = Path(__file__).with_name("real_answers.json")


def recorded() -> Answers:
    found = json.loads(FILE.read_text())
    return {name: Answer(each["status"], each["said"]) for name, each in found.items()}


def write(answers: Answers) -> None:
    """One step a line, so that a change is seen as one."""
    lines = [
        f"{json.dumps(name)}: {json.dumps(vars(each), sort_keys=True)}"
        for name, each in answers.items()
    ]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    with RealLab.start_real() as lab:
        write(asyncio.run(played(server_of(lab))))
