"""Lives of clusters, each told twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .state import Life

Lives = Callable[..., Life]


@pytest.fixture(params=[True, False], ids=["lively", "from-before"])
def lives(request: pytest.FixtureRequest) -> Lives:
    """Makes a Life; a controller must do the same whether or not it sees its own writes."""

    def life(*args: object, **more: object) -> Life:
        return Life(*args, lively=request.param, **more)  # type: ignore[arg-type]

    return life
