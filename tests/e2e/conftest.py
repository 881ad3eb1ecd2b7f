"""Stacks for the end-to-end tests, all against one lab that each test leaves empty."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harvester_net.lab.proxy import Proxy
from lab import Lab
from tests.tiers import is_destroyed

from .command import occupied
from .programs import leftovers
from .stack import Stack


@pytest.fixture(autouse=True)
def stacks_of_forked_programs(programs: None) -> None:
    """Every stack of these tests."""


@pytest.fixture
def stack(tmp_path: Path, lab: Lab, request: pytest.FixtureRequest) -> Iterator[Stack]:
    """A stack whose resources are gone at the end: the lab is reset, or they are destroyed and
    nothing may be left. If anything is, the lab is reset, so that only one test fails for it.
    """
    made = Stack(tmp_path / "project", lab)
    yield made
    if not is_destroyed(lab, request):
        lab.reset()
        return
    try:
        if made.state():
            made.destroy().succeeded()
        assert leftovers(lab) == []
    except AssertionError:
        lab.reset()
        raise


@pytest.fixture
def proxied(tmp_path: Path, lab: Lab, stack: Stack) -> Iterator[Proxy]:
    """The stack's way to the cluster leads through a proxy."""
    with Proxy(lab) as proxy:
        direct = stack.environ["KUBECONFIG"]
        stack.environ["KUBECONFIG"] = str(proxy.kubeconfig(tmp_path / "kubeconfig"))
        yield proxy
        stack.environ["KUBECONFIG"] = direct


@pytest.fixture
def site(lab: Lab, request: pytest.FixtureRequest) -> Iterator[Lab]:
    """A lab whose cluster network carries two running VMs and the storage network."""
    with occupied(lab, is_taken_down=is_destroyed(lab, request)):
        yield lab
