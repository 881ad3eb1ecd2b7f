"""Our rules and the real webhooks say the same to any single write over any cluster."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from harvester_net.cluster.resources import Object

from .boundaries import borders, sound_cluster
from .broken_clusters import disorders
from .clusters import Cluster, clusters
from .rig import Objects, Rig
from .tally import Tally, told
from .usual_writes import usual_writes
from .verdicts import Verdict, verdicts
from .writes import cases

CASES = int(os.environ.get("HARVESTER_NET_DIFFERENTIAL_CASES", "500"))
COLLECT = os.environ.get("HARVESTER_NET_DIFFERENTIAL_COLLECT")
"""A file for all differences, instead of stopping at the first and making it small."""
SEED = os.environ.get("HARVESTER_NET_DIFFERENTIAL_SEED")
"""A number for other cases than those of every day."""
WRITES = 25
LONG = 5_000
"""From so many writes on, each rule must have decided a case alone."""
DISORDERS = list(disorders())[:: 1 if CASES >= LONG else 12]


def settle(seen: list[Verdict], cluster: list[Object], live: Objects, tally: Tally) -> None:
    """Fails with the first difference, or notes them all; and all that the server took can be
    imported.
    """
    for verdict in seen:
        if verdict.answer.object is not None:
            tally.imports.admit(verdict.case.write, verdict.answer.object, live)
    differences = [told(one, cluster) for one in seen if not one.agreed]
    if COLLECT:
        with Path(COLLECT).open("a") as file:
            file.writelines(f"{each}\n{'=' * 80}\n" for each in differences)
    elif differences:
        raise AssertionError(f"{len(differences)} differences, the first: {differences[0]}")


@settings(
    max_examples=max(1, CASES // WRITES),
    deadline=None,
    derandomize=SEED is None,
    database=None,
    report_multiple_bugs=False,
    phases=[Phase.generate] if COLLECT else [Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
@seed(int(SEED or 0))
@given(cluster=clusters(), data=st.data())
def test_rules_and_webhooks_agree(
    rig: Rig, tally: Tally, cluster: Cluster, data: st.DataObject
) -> None:
    live = rig.seed(cluster.objects)
    asked = data.draw(cases(cluster.nets, live, WRITES))
    seen = verdicts(rig, asked, live)
    tally.count(seen)
    settle(seen, cluster.objects, live, tally)


def test_rules_and_webhooks_agree_on_every_border(rig: Rig, tally: Tally) -> None:
    cluster = sound_cluster()
    live = rig.seed(cluster)
    seen = verdicts(rig, list(borders(live)), live)
    tally.count(seen)
    settle(seen, cluster, live, tally)


@pytest.mark.parametrize(("told", "cluster"), DISORDERS, ids=[told for told, _ in DISORDERS])
def test_rules_and_webhooks_agree_when_one_thing_is_wrong(
    rig: Rig, tally: Tally, told: str, cluster: list[Object]
) -> None:
    live = rig.seed(cluster)
    seen = verdicts(rig, list(usual_writes(live)), live)
    tally.count(seen)
    settle(seen, cluster, live, tally)


@pytest.mark.skipif(CASES < LONG, reason=f"needs {LONG} writes")
def test_each_rule_has_decided_something(tally: Tally) -> None:
    assert tally.never_decisive() == []


@pytest.mark.skipif(CASES < LONG, reason=f"needs {LONG} writes")
def test_both_verdicts_are_common(tally: Tally) -> None:
    share = tally.refused.total() / tally.cases
    assert 0.3 <= share <= 0.7
