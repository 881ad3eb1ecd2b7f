"""What must be true of every object that Harvester's webhooks take: it is imported without a
word, and the preview after it is empty; or it is refused in one line, because it is foreign.
"""

from __future__ import annotations

import asyncio
import copy
import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, cast

from harvester_net.cluster.cluster import Cluster
from harvester_net.cluster.deadline import Deadline
from harvester_net.cluster.errors import NotFound
from harvester_net.cluster.resources import (
    CLUSTER_NETWORK,
    NAD,
    SETTING,
    Object,
    Resource,
    annotations_of,
    is_terminating,
    key_of,
)
from harvester_net.harvester.names import UPLINK_MTU
from harvester_net.harvester.settings import effective
from harvester_net.harvester.vm_networks import is_of_a_setting
from harvester_net.kinds.call import Call
from harvester_net.kinds.desired_state import DesiredState
from harvester_net.kinds.failures import Refused, Unfinished
from harvester_net.kinds.kind import Kind, Live
from harvester_net.kinds.network_setting import NetworkSettingKind
from harvester_net.kinds.owned import OwnedKind
from harvester_net.kinds.registry import KINDS
from harvester_net.rules.rule import Write
from harvester_net.specs.parse import parse

Objects = dict[Resource, dict[str, Object]]
KIND_OF: dict[Resource, Kind[Any]] = {
    kind.resource: kind
    for kind in KINDS.values()
    if kind.resource != SETTING and kind.is_one_object
}
SETTINGS: dict[str, NetworkSettingKind[Any]] = {
    kind.setting.name: kind for kind in KINDS.values() if isinstance(kind, NetworkSettingKind)
}
NO_NODE_CAN = (
    r"name: '[^']*' has \d+ characters; the name of a network config has at most 63",
    r"clusterNetwork: '[^']*' has \d+ characters; the name of a cluster network",
    r"uplink\.nics: (is empty; name at least one NIC|is required|\S+ is listed twice)",
    r"uplink\.linkAttributes\.hardwareAddr: '[^']*' is not a MAC address such as \S+",
)
"""What the webhook takes of a network config although no node can carry it out."""


class Silent:
    """A connection to a cluster without pods."""

    async def list(
        self, resource: Resource, deadline: Deadline, namespace: str = "", **params: str
    ) -> tuple[list[Object], str]:
        return [], ""

    async def get(self, resource: Resource, key: str, deadline: Deadline) -> Object:
        raise NotFound(key)


class Still:
    """A cluster on which nothing moves: what a read asks of one."""

    def __init__(self, objects: Objects) -> None:
        self._objects, self.connection = objects, Silent()

    def cached(self, resource: Resource) -> dict[str, Object]:
        return self._objects.get(resource, {})

    async def list(self, resource: Resource, deadline: Deadline) -> dict[str, Object]:
        return self.cached(resource)

    async def list_if_served(
        self, resource: Resource, deadline: Deadline
    ) -> dict[str, Object]:
        return self.cached(resource)

    async def get_cached(
        self, resource: Resource, key: str, deadline: Deadline
    ) -> Object | None:
        return self.cached(resource).get(key)

    get = get_cached

    async def get_lately(
        self, resource: Resource, key: str, seconds: float, deadline: Deadline
    ) -> Object | None:
        return None


@dataclass
class Imports:
    """What became of the objects that were imported."""

    done: Counter[Resource] = field(default_factory=Counter)
    refused: Counter[Resource] = field(default_factory=Counter)

    def admit(self, write: Write, obj: Object, live: Objects) -> None:
        """Import the object that an admitted write makes; raises AssertionError.

        What was never admitted may stay as it is in a write of something else: an update of
        it proves nothing.
        """
        if kind_of(write.resource, write.key) is None or is_terminating(obj):
            return
        if write.old is not None and _is_unsayable(write.resource, write.old, live):
            return
        if (said := refusal(write.resource, obj, live)) is None:
            self.done[write.resource] += 1
            return
        assert is_foreign(write.resource, obj) or _no_node_can(said), f"{said}: {obj}"
        self.refused[write.resource] += 1


def kind_of(resource: Resource, key: str) -> Kind[Any] | None:
    """Our kind of an object; None if it is none of ours."""
    return SETTINGS.get(key) if resource == SETTING else KIND_OF.get(resource)


def refusal(resource: Resource, obj: Object, live: Objects) -> str | None:
    """Why an object cannot be imported, in one line; None if it is as it must be.

    Raises AssertionError if the import would warn, or the preview after it not be empty.
    """
    obj = copy.deepcopy(obj)
    obj["metadata"].setdefault("uid", "uid")
    objects = live | {resource: live.get(resource, {}) | {key_of(obj): obj}}
    kind = kind_of(resource, key_of(obj))
    assert kind is not None
    said = asyncio.run(_refusal(kind, obj, objects))
    assert said is None or "\n" not in said, said
    return said


async def _refusal(kind: Kind[Any], obj: Object, objects: Objects) -> str | None:
    try:
        await _import(kind, obj, objects)
    except Refused as error:
        return str(error)
    return None


async def _import(kind: Kind[Any], obj: Object, objects: Objects) -> None:
    call = Call("urn", cast(Cluster, Still(objects)), Deadline(60), warn=_never)
    read = await _read(kind, key_of(obj), Live("", {}, {}), call)
    if read is None:
        assert isinstance(kind, NetworkSettingKind), "is not there"
        assert kind.codec.properties_of(effective(obj)) == {}, "is not there"
        return
    inputs, problems = kind.check(read.inputs, DesiredState())
    said = list(map(str, problems))
    assert said == [], f"check says {said} to {read.inputs}"
    assert inputs == read.inputs
    again = await _read(kind, read.key, read, call)
    assert again is not None
    changed = [difference.path for difference in kind.diff(again.inputs, inputs)]
    assert changed == [], f"{changed} differ: {again.inputs} from {inputs}"
    desired, _ = parse(kind.spec, inputs)
    if isinstance(kind, OwnedKind):
        patch = await kind.patch_for(desired, obj, call)
        assert patch in ({}, _noted(obj, inputs)), f"{patch} is sent for {inputs}"
    else:
        assert isinstance(kind, NetworkSettingKind)
        live = kind.codec.properties_of(effective(obj))
        assert kind.codec.same_network(live, inputs), f"{live} is not {inputs}"


async def _read(kind: Kind[Any], key: str, before: Live, call: Call) -> Live | None:
    try:
        return await kind.read(key, before.inputs, before.outputs, call)
    except Unfinished as error:
        return Live(error.key, error.outputs, error.inputs)


def _noted(obj: Object, inputs: Object) -> Object | None:
    """The patch that notes an MTU which only the network configs of a cluster network say."""
    if obj["kind"] != CLUSTER_NETWORK.kind or UPLINK_MTU in annotations_of(obj):
        return None
    return {"metadata": {"annotations": {UPLINK_MTU: str(inputs.get("mtu"))}}}


def _never(warning: str) -> None:
    raise AssertionError(warning)


def is_foreign(resource: Resource, obj: Object) -> bool:
    """Whether it is a network of a CNI plugin that is not ours, or Harvester's own."""
    if resource != NAD:
        return False
    if is_of_a_setting(obj):
        return True
    members = json.loads(obj["spec"]["config"], object_pairs_hook=list)
    types = [value for key, value in members if key.casefold() == "type" and value is not None]
    return bool(types) and types[-1] not in ("bridge", "")


def _no_node_can(said: str) -> bool:
    return any(re.search(pattern, said) for pattern in NO_NODE_CAN)


def _is_unsayable(resource: Resource, obj: Object, live: Objects) -> bool:
    try:
        return refusal(resource, obj, live) is not None
    except AssertionError:
        return True


def by_kind(objects: Iterable[Object], known: Iterable[Resource]) -> Objects:
    """Objects by kind and key, as a server lists them."""
    kinds = {(each.api, each.kind): each for each in known}
    found: Objects = {each: {} for each in known}
    for obj in objects:
        found[kinds[obj["apiVersion"], obj["kind"]]][key_of(obj)] = obj
    return found
