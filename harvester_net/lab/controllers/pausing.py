"""What of Harvester uses volumes and is stopped while the storage network changes (H4.7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harvester_net.cluster.resources import Object, Resource, annotations_of
from harvester_net.harvester.names import STORAGE_PREFIX, SYSTEM_NAMESPACE
from harvester_net.lab.controllers.controller import Action, State
from harvester_net.lab.controllers.kinds import (
    ALERTMANAGER,
    DEPLOYMENT,
    MANAGED_CHART,
    PROMETHEUS,
)
from harvester_net.lab.controllers.versions import CHART_STAYS
from harvester_net.lab.controllers.writing import patch

REPLICAS = f"{STORAGE_PREFIX}replica"
"""Annotation: how many there were."""
PAUSED = f"{STORAGE_PREFIX}paused"
_MONITORING = "cattle-monitoring-system"


@dataclass(frozen=True)
class _User:
    resource: Resource
    key: str


CHART = _User(MANAGED_CHART, "fleet-local/rancher-monitoring")
"""Would start the others again, so it is paused."""
SCALED = (
    _User(PROMETHEUS, f"{_MONITORING}/rancher-monitoring-prometheus"),
    _User(ALERTMANAGER, f"{_MONITORING}/rancher-monitoring-alertmanager"),
    _User(DEPLOYMENT, f"{_MONITORING}/rancher-monitoring-grafana"),
)
IMPORTER = _User(
    DEPLOYMENT, f"{SYSTEM_NAMESPACE}/vm-import-controller-harvester-vm-import-controller"
)


def stop(state: State) -> Iterator[Action]:
    """All of them stopped, those that are there; each remembers how it was."""
    chart = state.get(CHART.resource, CHART.key)
    if chart and not CHART_STAYS.on(state.version) and not chart["spec"].get("paused"):
        yield _changed(CHART, chart, {PAUSED: "false"}, {"paused": True})
    for user in (*SCALED, IMPORTER):
        found = state.get(user.resource, user.key)
        replicas = found["spec"].get("replicas", 1) if found else 0
        if found and replicas:
            yield _changed(user, found, {REPLICAS: str(replicas)}, {"replicas": 0})


def start(state: State) -> Iterator[Action]:
    """All of them as they were; the chart before the importer, as Harvester does it."""
    for user in SCALED:
        yield from _started(state, user)
    chart = state.get(CHART.resource, CHART.key)
    if chart and PAUSED in annotations_of(chart):
        yield _changed(CHART, chart, {PAUSED: None}, {"paused": None})
    yield from _started(state, IMPORTER)


def _started(state: State, user: _User) -> Iterator[Action]:
    found = state.get(user.resource, user.key)
    replicas = annotations_of(found).get(REPLICAS) if found else None
    if found and replicas is not None and replicas.isdecimal():
        yield _changed(user, found, {REPLICAS: None}, {"replicas": int(replicas)})


def _changed(user: _User, obj: Object, notes: Object, spec: Object) -> Action:
    return patch(user.resource, obj, {"metadata": {"annotations": notes}, "spec": spec})
