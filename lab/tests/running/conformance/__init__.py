"""The requests that are sent to the real API server and to the embedded one, in order.

They use definitions and a namespace of their own, so neither webhooks nor controllers of the
lab have a part in the answers.
"""

from __future__ import annotations

from lab.tests.running.conformance.access import ACCESS
from lab.tests.running.conformance.built_in import BUILT_IN
from lab.tests.running.conformance.changes import CHANGES, DELETION
from lab.tests.running.conformance.creation import CREATION, SCHEMA
from lab.tests.running.conformance.frame import DISCOVERY, END, SET_UP, TEAR_DOWN
from lab.tests.running.conformance.reading import READING
from lab.tests.running.conformance.step import API, Said, Step

__all__ = ["API", "SET_UP", "STEPS", "TEAR_DOWN", "Said", "Step"]

STEPS = (
    *SET_UP,
    *DISCOVERY,
    *CREATION,
    *SCHEMA,
    *CHANGES,
    *READING,
    *DELETION,
    *BUILT_IN,
    *ACCESS,
    *END,
)
