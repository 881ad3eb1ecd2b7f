"""Every object that our rules admit is imported without a word, and its preview is empty."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from harvester_net.cluster.resources import CLUSTER_NETWORK, NAD, SETTING, VLAN_CONFIG
from harvester_net.lab.apiserver.errors import StatusError
from harvester_net.rules.catalogue import judge
from tests.differential.boundaries import borders, sound_cluster
from tests.differential.clusters import Cluster, clusters
from tests.differential.kinds import MADE
from tests.differential.patches import without_nulls
from tests.differential.writes import Case, cases
from tests.imports import Imports, Objects, by_kind

from ..fuzzed import EXAMPLES, fuzzed
from ..lab.controllers.state import V1_7, V1_8, World
from ..lab.webhooks import network_requests as webhooks

CLUSTERS = max(60, EXAMPLES // 12)
"""A cluster with its writes takes as long as many texts."""
WRITES = 40


def admit(asked: Iterable[Case], live: Objects, imports: Imports) -> None:
    """Import what comes of those of these writes that the rules admit."""
    harvester, of_network = World(V1_8, live), World(V1_7, live)
    for write in (case.write for case in asked if case.write.new is not None):
        new = without_nulls(write.new)
        if any(f.rule.schema for f in judge(replace(write, new=new), of_network.snapshot)):
            continue
        sent = webhooks.request(write.resource, write.old, new)
        try:
            webhooks.admit(sent, harvester, of_network)
        except StatusError:
            continue
        assert sent.object is not None
        imports.admit(write, sent.object, live)


def test_every_admitted_object_is_imported_in_silence() -> None:
    imports = Imports()

    # The object alone tells what is wrong: nothing is made smaller.
    @settings(
        fuzzed,
        max_examples=CLUSTERS,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(clusters(), st.data())
    def over(cluster: Cluster, data: st.DataObject) -> None:
        live = by_kind(cluster.objects, MADE)
        admit(data.draw(cases(cluster.nets, live, WRITES)), live, imports)

    over()
    assert set(imports.done) == {CLUSTER_NETWORK, VLAN_CONFIG, NAD, SETTING}
    assert imports.done.total() >= 8 * CLUSTERS


def test_every_admitted_border_is_imported_in_silence() -> None:
    imports = Imports()
    live = by_kind(sound_cluster(), MADE)
    admit(borders(live), live, imports)
    assert imports.done.total() >= 150
    assert imports.refused.total() >= 3
