"""The calls of one run in plain values: which kind, how long, online or not."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..cluster.access import AccessSettings
from ..cluster.cluster import Cluster
from ..cluster.deadline import Deadline, DeadlineExceeded
from ..cluster.errors import ClusterError
from ..kinds.call import Call
from ..kinds.desired_state import DesiredState
from ..kinds.differences import Change, Difference, Properties
from ..kinds.failures import Refused, Unfinished
from ..kinds.functions import FUNCTIONS
from ..kinds.kind import Kind, Live
from ..kinds.registry import KINDS
from ..specs.parse import parse
from ..specs.provider import Provider
from ..specs.spec import Problem
from .enginelog import EngineLog
from .values import Decoded

OFFLINE = "HARVESTER_NET_OFFLINE"
SECONDS_TO_READ = 60.0
PASSED_THROUGH = ("version", "pulumi", "pluginDownloadURL")
"""Provider inputs that belong to the engine (P10)."""


@dataclass(frozen=True)
class WireChange:
    """A difference in the engine's words."""

    path: str
    top: str
    wire_kind: str
    replaces: bool


class Lifecycle:
    """All calls on all kinds, for one configuration of the provider."""

    def __init__(self, log: EngineLog, cancelled: asyncio.Event) -> None:
        self._log, self._cancelled = log, cancelled
        self._cluster: Cluster | None = None
        self._desired_state = DesiredState()
        self._replaced: dict[str, str] = {}
        self._seen_on_nodes: dict[str, list[Properties]] = {}

    async def close(self) -> None:
        """Close the connection to the cluster."""
        if self._cluster is not None:
            await self._cluster.close()

    def check_config(self, given: Properties) -> list[Problem]:
        """What is wrong with the provider's configuration."""
        return parse(Provider, provider_inputs(given))[1]

    def configure(self, given: Properties) -> None:
        """Take the configuration; the cluster is reached at the first call that needs it."""
        settings, problems = parse(Provider, provider_inputs(given))
        if problems:
            raise Refused("; ".join(map(str, problems)))
        offline = settings.offline or os.environ.get(OFFLINE, "").lower() in ("1", "true")
        if offline:
            self._log.warning(
                "", "harvester-net is offline: nothing on the cluster is looked at or changed"
            )
        access = AccessSettings(settings.kubeconfig, settings.context)
        self._cluster = Cluster(access, offline=offline)

    def check(
        self, urn: str, token: str, given: Decoded, olds: Properties, naming: str | None
    ) -> tuple[Properties, Sequence[Problem]]:
        """Checked inputs and problems. A problem never quotes a secret value."""
        kind, values = _kind(token), dict(given.values)
        problems: list[Problem] = []
        if kind.named and values.get("name") is None:
            name = olds.get("name") or naming
            if name is None:
                problems.append(Problem("name", "is required: autonaming is disabled"))
            else:
                values["name"] = name
        inputs, found = kind.check(values, self._desired_state)
        known = {problem.path for problem in problems}
        problems += [problem for problem in found if problem.path not in known]
        return inputs, [_without_secret(problem, given) for problem in problems]

    def diff(
        self, urn: str, token: str, old: Properties, new: Properties
    ) -> tuple[list[WireChange], bool]:
        """The differences, and whether they mean that the old object is deleted first.

        Remembers which objects are going to be replaced.
        """
        kind = _kind(token)
        changes = [_wire_change(change) for change in kind.diff(old, new)]
        replaces = any(change.replaces for change in changes)
        deletes_first = replaces and kind.deletes_first(old, new)
        key = kind.key(old)
        if deletes_first and key is not None:
            self._replaced[urn] = key
            self._desired_state.replace((kind.resource, key))
        return changes, deletes_first

    async def create(
        self, urn: str, token: str, inputs: Properties, timeout: float, preview: bool
    ) -> Live:
        kind = _kind(token)
        if preview and self._online.offline:
            return Live(kind.key(inputs) or "", kind.preview(inputs, {}), inputs)
        self._writing(preview)
        live = await kind.create(inputs, self._call(urn, timeout or kind.seconds, preview))
        self._log.over(urn)
        return live

    async def read(
        self, urn: str, token: str, key: str, inputs: Properties, outputs: Properties
    ) -> Live | None:
        if self._online.offline:
            if not outputs:
                raise Refused(
                    f"{key} cannot be looked up: harvester-net:offline is set; unset it for "
                    "imports and lookups"
                )
            return Live(key, outputs, inputs)
        call = self._call(urn, SECONDS_TO_READ, False)
        live = await _kind(token).read(key, inputs, call)
        return live and replace(live, outputs=_remembered(outputs) | live.outputs)

    async def update(
        self,
        urn: str,
        token: str,
        key: str,
        old: Properties,
        new: Properties,
        outputs: Properties,
        timeout: float,
        preview: bool,
    ) -> Live:
        kind = _kind(token)
        if preview and self._online.offline:
            return Live(key, kind.preview(new, outputs), new)
        self._writing(preview)
        call = self._call(urn, timeout or kind.seconds_to_change, preview)
        live = await kind.update(key, old, new, outputs, call)
        self._log.over(urn)
        return live

    async def delete(
        self, urn: str, token: str, key: str, outputs: Properties, timeout: float
    ) -> None:
        kind = _kind(token)
        self._writing(preview=False)
        call = self._call(urn, timeout or kind.seconds_to_change, False)
        await kind.delete(key, outputs, call)
        self._log.over(urn, "gone")

    async def invoke(
        self, token: str, arguments: Properties
    ) -> tuple[Properties, Sequence[Problem]]:
        """The result of a function, or what is wrong with its arguments."""
        function = FUNCTIONS.get(token)
        if function is None:
            raise Refused(f"harvester-net has no function {token}")
        parsed, problems = parse(function.arguments, arguments)
        if problems:
            return {}, problems
        if self._online.offline:
            raise Refused(f"{token} looks at the cluster, and harvester-net:offline is set")
        return await function.result(parsed, self._call("", SECONDS_TO_READ, False)), []

    @property
    def _online(self) -> Cluster:
        if self._cluster is None:
            raise Refused("the provider is not configured yet")
        return self._cluster

    def _writing(self, preview: bool) -> None:
        if self._online.offline and not preview:
            raise Refused(
                "harvester-net:offline is set, so nothing can be changed; unset it "
                f"(`pulumi config rm harvester-net:offline`, or {OFFLINE}) for a real run"
            )

    def _call(self, urn: str, seconds: float, preview: bool) -> Call:
        return Call(
            urn=urn,
            cluster=self._online,
            deadline=Deadline(seconds, self._cancelled),
            preview=preview,
            replaced=self._replaced.get(urn),
            tell=lambda message: self._log.status(urn, message),
            step=lambda message: self._log.step(urn, message),
            inform=lambda message: self._log.information(urn, message),
            warn=lambda message: self._log.warning(urn, message),
            seen_on_nodes=self._seen_on_nodes,
            desired_state=self._desired_state,
        )

    @staticmethod
    def partial(error: Exception) -> Unfinished | None:
        """The failure as one of an object that exists, if it is one."""
        return error if isinstance(error, Unfinished) else None

    @staticmethod
    def message(error: Exception) -> str | None:
        """The message of a failure that we expect; None for a mistake of ours."""
        return (
            str(error)
            if isinstance(error, Refused | ClusterError | DeadlineExceeded)
            else None
        )


REMEMBERED = ("nodes",)
"""Outputs that no look at the API server brings: what the last proof on the nodes saw."""


def _remembered(outputs: Properties) -> Properties:
    return {name: outputs[name] for name in REMEMBERED if name in outputs}


def provider_inputs(given: Properties) -> Properties:
    """The provider's own configuration; texts where the engine makes everything a text
    (P10).
    """
    own = {name: value for name, value in given.items() if name not in PASSED_THROUGH}
    if own.get("offline") in ("true", "false"):
        own["offline"] = own["offline"] == "true"
    return own


def _kind(token: str) -> Kind[Any]:
    if token not in KINDS:
        raise Refused(f"harvester-net has no resource {token}; it has {', '.join(KINDS)}")
    return KINDS[token]


def _wire_change(difference: Difference) -> WireChange:
    kind = {Change.ADD: "ADD", Change.DELETE: "DELETE", Change.UPDATE: "UPDATE"}
    suffix = "_REPLACE" if difference.replaces else ""
    return WireChange(
        difference.path,
        str(difference.location[0]),
        kind[difference.change] + suffix,
        difference.replaces,
    )


def _without_secret(problem: Problem, given: Decoded) -> Problem:
    """The problem, worded so that it quotes no secret value."""
    if any(text in problem.sentence for text in _secret_texts(given)):
        return Problem(problem.path, "is not valid; what is wrong with it would tell a secret")
    return problem


def _secret_texts(given: Decoded) -> Iterator[str]:
    for path in given.secrets:
        value: Any = given.values
        for part in path:
            value = value[part]
        yield from _leaves(value)


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _leaves(inner)
    elif value not in (None, ""):
        yield str(value)
