"""Values that nobody wrote: broken texts, JSON of any shape, and valid values with a part
changed. Whoever reads them comes to a value or to the error that it documents.

A few by default, in the same order each time; HARVESTER_NET_FUZZ_EXAMPLES says how many of
each property, and these are others in each run.
"""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

WANTED = os.environ.get("HARVESTER_NET_FUZZ_EXAMPLES", "")
EXAMPLES = int(WANTED or 60)
Value = Any

fuzzed = settings(
    max_examples=EXAMPLES,
    derandomize=not WANTED,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
"""How a property is run."""

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([0, -1, 2**31, 2**63, 2**64, 10**400, 1e308, float("inf"), float("nan")])
    | st.sampled_from(
        ["", "a", "1", "null", "{}", "\x00", "\x1b[2J", "\u202e", "\ud800", "a" * 5000]
    )
    | st.text(max_size=20)
)
JSON: st.SearchStrategy[Value] = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
DEEP = ["[" * 100_000, '{"a":' * 100_000, "[" * 50_000 + "]" * 50_000]
NUMBERS = ["9" * 5000, "1e999", "-0", "NaN", "1.5", "0x10", "\u0661"]


@st.composite
def changed(draw: st.DrawFn, valid: Value) -> Value:
    """A valid value with one to three of its parts replaced, left out, or put elsewhere."""
    value = copy.deepcopy(valid)
    for _ in range(draw(st.integers(1, 3))):
        parts = list(_parts(value))
        if not parts:
            return draw(JSON)
        inside, key = draw(st.sampled_from(parts))
        what = draw(st.sampled_from(("replace", "leave out", "move", "add")))
        if what == "leave out":
            del inside[key]
        elif what == "move":
            other, at = draw(st.sampled_from(parts))
            inside[key] = copy.deepcopy(other[at])
        elif what == "add" and isinstance(inside, dict):
            inside[draw(st.text(max_size=5))] = draw(JSON)
        else:
            inside[key] = draw(JSON)
    return value


def _parts(value: Value) -> Iterator[tuple[Any, Any]]:
    """Every place in a value, as what it is in and its key there."""
    keys: Sequence[Any] = ()
    if isinstance(value, dict):
        keys = list(value)
    elif isinstance(value, list):
        keys = range(len(value))
    for key in keys:
        yield value, key
        yield from _parts(value[key])


@st.composite
def broken(draw: st.DrawFn, text: str) -> str:
    """A text that is cut short, or has something in its middle."""
    at = draw(st.integers(0, len(text)))
    more = draw(st.text(max_size=10) | st.sampled_from(["", *DEEP, *NUMBERS]))
    return (
        text[:at]
        + more
        + (text[at + draw(st.integers(0, 5)) :] if draw(st.booleans()) else "")
    )


def texts(*valid: Value, write: Callable[[Value], str] = json.dumps) -> st.SearchStrategy[str]:
    """Texts near valid JSON, or far from it."""
    near = st.one_of([changed(value) for value in valid]).map(write)
    cut = st.one_of([broken(write(value)) for value in valid])
    return near | cut | JSON.map(write) | st.text() | st.sampled_from(DEEP + NUMBERS)
