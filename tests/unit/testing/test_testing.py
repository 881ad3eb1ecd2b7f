"""The fixtures of `harvester_net.testing`, in a session of a user's own."""

from __future__ import annotations

import pytest

USES_THE_CLUSTER = """
seen = []

def test_that_makes_something(harvester):
    seen.append(harvester.lab.name)
    made = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "left"}}
    harvester.create(made)
    assert harvester.find("ConfigMap", "left")

def test_that_needs_a_clean_cluster(harvester):
    assert harvester.find("ConfigMap", "left") is None
    assert seen == [harvester.lab.name]
"""
USES_ANOTHER = """
import pytest
from harvester_net.lab import Lab

@pytest.fixture(scope="session")
def harvester_lab():
    with Lab.start(nodes=1, version="v1.7.1") as lab:
        yield lab

def test_has_what_was_asked_for(harvester):
    assert len(harvester.list("Node")) == 1
    assert harvester.lab.status().version == "v1.7.1"
"""


@pytest.fixture(autouse=True)
def session(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(pytester.path / "state"))
    pytester.makeconftest('pytest_plugins = ["harvester_net.testing"]')
    pytester.makeini("[pytest]\nfilterwarnings = error\naddopts = -p no:asyncio")


def test_tests_of_a_session_share_one_lab_and_find_it_clean(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(USES_THE_CLUSTER)
    pytester.runpytest_subprocess().assert_outcomes(passed=2)
    assert list((pytester.path / "state" / "harvester-net" / "labs").iterdir()) == []


def test_lab_starts_only_for_those_who_ask(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_nothing(): pass")
    pytester.runpytest_subprocess().assert_outcomes(passed=1)
    assert not (pytester.path / "state").exists()


def test_another_lab_is_a_fixture_of_its_name(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(USES_ANOTHER)
    pytester.runpytest_subprocess().assert_outcomes(passed=1)


def test_fixtures_are_listed_with_what_they_are(pytester: pytest.Pytester) -> None:
    shown = pytester.runpytest_subprocess("--fixtures").stdout.str()
    assert "harvester -- " in shown
    assert "A Harvester cluster on which nothing was made yet." in shown
