"""Requests as the webhooks of networks get them, and their way through both."""

from __future__ import annotations

from harvester_net.cluster.resources import Object, Resource
from harvester_net.lab.apiserver.admission import AdmissionRequest, Operation, User
from harvester_net.lab.apiserver.objects import copied
from harvester_net.lab.apiserver.resources import Resource as Served
from harvester_net.lab.webhooks.networks import NetworkMutator
from harvester_net.lab.webhooks.refusals import Refusals
from tests.unit.lab.controllers.state import World


def request(
    resource: Resource, old: Object | None, sent: Object | None, schema: Object | None = None
) -> AdmissionRequest:
    group, _, version = resource.api.partition("/")
    served = Served(group, version, resource.kind, resource.plural, schema=schema)
    operation: Operation = "DELETE" if sent is None else "UPDATE" if old else "CREATE"
    meta = (sent or old or {})["metadata"]
    return AdmissionRequest(
        operation,
        served,
        meta.get("namespace", ""),
        meta.get("name", ""),
        User("admin"),
        copied(sent) if sent else None,
        old=old,
        sent=sent,
    )


def admit(asked: AdmissionRequest, state: World, of_network: World) -> None:
    NetworkMutator(of_network)(asked)
    Refusals(state, of_network)(asked)
