"""The embedded server answers as the real one did when it was recorded; without a lab.

`lab/tests/running/test_conformance.py` asks the real one itself.
"""

from __future__ import annotations

import asyncio

import pytest

from lab.tests.running.conformance import STEPS, Step
from lab.tests.running.conformance.play import Answers, embedded_answers
from lab.tests.running.conformance.record import recorded

REAL = recorded()


@pytest.fixture(scope="module")
def embedded() -> Answers:
    return asyncio.run(embedded_answers())


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_embedded_server_answers_as_recorded(embedded: Answers, step: Step) -> None:
    if step.differs:
        reason = f"they agree now, although {step.differs}"
        assert embedded[step.name] != REAL[step.name], reason
    else:
        assert embedded[step.name] == REAL[step.name]


def test_record_has_every_step_once() -> None:
    names = [step.name for step in STEPS]
    assert list(REAL) == names
    assert len(set(names)) == len(names)
