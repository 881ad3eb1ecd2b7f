"""The embedded API server answers as the real one: status, words and objects.

All steps are sent to both, one after another; then every pair of answers is compared. The
record, by which the fast tests go, is held against the real one too.
"""

from __future__ import annotations

import asyncio

import pytest

from harvester_net.lab.status import REAL
from lab import Lab
from lab.fixtures import OPTION
from lab.tests.running.conformance import STEPS, Step
from lab.tests.running.conformance.play import Answers, embedded_answers, played, server_of
from lab.tests.running.conformance.record import recorded


@pytest.fixture(scope="module")
def real(pytestconfig: pytest.Config, lab: Lab) -> Answers:
    if pytestconfig.getoption(OPTION) != REAL:
        pytest.skip(f"needs {OPTION} {REAL}: the embedded one would be held against itself")
    return asyncio.run(played(server_of(lab)))


@pytest.fixture(scope="module")
def embedded() -> Answers:
    return asyncio.run(embedded_answers())


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_embedded_server_answers_as_the_real_one(
    real: Answers, embedded: Answers, step: Step
) -> None:
    if step.differs:
        reason = f"they agree now, although {step.differs}"
        assert embedded[step.name] != real[step.name], reason
    else:
        assert embedded[step.name] == real[step.name]


def test_record_is_what_the_real_server_says(real: Answers) -> None:
    assert recorded() == real
