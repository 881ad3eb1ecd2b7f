"""The provider: its configuration, and the engine's requests handed to the resource types."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from ..cluster.access import AccessSettings
from ..cluster.cluster import Cluster
from ..cluster.deadline import Deadline, DeadlineExceeded
from ..cluster.errors import ClusterError
from ..cluster.identity import require_same
from ..cluster.recorded import RecordedConnection
from ..kinds.call import Call
from ..kinds.desired_state import DesiredState
from ..kinds.differences import Difference
from ..kinds.failures import Refused, Unfinished, describe
from ..kinds.functions import FUNCTIONS
from ..kinds.kind import Kind, Live
from ..kinds.registry import KINDS
from ..printable import printable
from ..specs import provider as provider_spec
from ..specs.parse import parse, without_nulls
from ..specs.spec import Problem
from ..urns import Urn
from .enginelog import EngineLog
from .known_state import KnownState, forced_replacement
from .requests import (
    CheckRequest,
    CheckResponse,
    ConfigureRequest,
    CreateRequest,
    DeleteRequest,
    DiffRequest,
    DiffResponse,
    InvokeRequest,
    InvokeResponse,
    ListRequest,
    ListResponse,
    Properties,
    PropertyDiff,
    ReadRequest,
    UpdateRequest,
)
from .secret_texts import sentences

L = TypeVar("L", Live, Live | None)

OFFLINE = "HARVESTER_NET_OFFLINE"
REVIEWED_PLAN = "HARVESTER_NET_REVIEWED_PLAN"
SNAPSHOT = "HARVESTER_NET_SNAPSHOT"
SECONDS_TO_READ = 60.0
LARGEST_PAGE = 500
"""Objects in one answer to a List."""
PASSED_THROUGH = ("version", "pulumi", "pluginDownloadURL")
"""Provider inputs that belong to the engine (P10)."""
CLUSTER_OUTPUT = "__cluster"
"""The output that keeps the cluster's identity in the state; Pulumi shows none with `__`."""
CLUSTER_NETWORK = "harvester-net:index:ClusterNetwork"
VM_NETWORK = "harvester-net:index:VmNetwork"
GIVEN_AS_RESOURCE = {
    "clusterNetwork": (CLUSTER_NETWORK, "give a ClusterNetwork, or its name"),
    "vmNetwork": (VM_NETWORK, "give a VmNetwork, or its namespace/name"),
}
"""Inputs that may be a resource itself: of which type, and what to do where it is none."""
REMEMBERED = ("nodes",)
"""Outputs that no look at the API server brings: what the last proof on the nodes saw."""


class Provider:
    """All requests on all resource types, for one configuration.

    Every request may raise Refused: nothing was done, and the message says why. The requests
    that reach the cluster may also raise ClusterError, where the cluster refuses or fails, and
    DeadlineExceeded, where the time is up or the user cancelled; the state stays as it was.
    """

    def __init__(self, log: EngineLog, cancelled: asyncio.Event) -> None:
        self._log, self._cancelled = log, cancelled
        self._cluster: Cluster | None = None
        self._desired_state = DesiredState()
        self._state = KnownState()
        self._replaced: dict[str, str] = {}
        self._seen_on_nodes: dict[str, list[Properties]] = {}
        self._reviewed_plans: tuple[str, ...] = ()
        self._networks: dict[str, Properties] = {}
        """The inputs of the ClusterNetworks of this run, by URN."""

    async def close(self) -> None:
        """Close the connection to the cluster."""
        if self._cluster is not None:
            await self._cluster.close()

    async def check_config(self, request: ConfigureRequest) -> CheckResponse:
        """What is wrong with the provider's configuration, which stays as it is written."""
        _, problems = parse(provider_spec.Provider, provider_inputs(request.inputs))
        return CheckResponse(inputs=request.inputs, failures=list(map(str, problems)))

    async def configure(self, request: ConfigureRequest) -> None:
        """Take the configuration; the cluster is reached at the first call that needs it."""
        settings, problems = parse(provider_spec.Provider, provider_inputs(request.inputs))
        if problems:
            raise Refused("; ".join(map(str, problems)))
        offline = settings.offline or os.environ.get(OFFLINE, "").lower() in ("1", "true")
        # What was seen before belongs to another cluster.
        self._state = KnownState()
        reviewed = settings.reviewed_plan or os.environ.get(REVIEWED_PLAN, "")
        try:
            self._reviewed_plans = provider_spec.plan_ids(reviewed)
        except ValueError as error:
            raise Refused(f"{REVIEWED_PLAN}: {error}") from error
        access = AccessSettings(settings.kubeconfig, settings.context)
        if settings.cluster_id and not access.cluster_id:
            access = replace(access, cluster_id=settings.cluster_id)
        snapshot = settings.snapshot or os.environ.get(SNAPSHOT, "")
        recorded = _recorded(snapshot) if snapshot else None
        self._cluster = Cluster(access, offline=offline, recorded=recorded)
        if offline and recorded is None:
            self._log.warning("", provider_spec.OFFLINE)
        elif recorded is not None:
            self._log.warning("", f"{provider_spec.RECORDED}: {recorded.where}")

    async def check(self, request: CheckRequest) -> CheckResponse:
        """Check inputs, beside those of the same run that were checked before.

        A resource without a name gets its old one, else the proposed one. Returns the inputs
        to compare and store, and the problems, none of which quotes a secret value. Raises
        Refused if there is no such resource type.
        """
        kind, values = _kind(request.type), dict(request.inputs)
        problems: list[Problem] = []
        if kind.named and values.get("name") is None:
            name = request.old_inputs.get("name") or request.proposed_name
            if name is None:
                problems.append(Problem("name", "is required: autonaming is disabled"))
            else:
                values["name"] = name
        problems += self._resolve(values, request)
        inputs, found = kind.check(values, self._desired_state)
        if request.type == CLUSTER_NETWORK:
            # What is on the network would tell a secret MTU.
            told = [name for name in ("name", "mtu") if (name,) not in request.secrets]
            self._networks[request.urn] = {n: inputs[n] for n in told if n in inputs}
        elif request.type == VM_NETWORK and not {("name",), ("namespace",)} & request.secrets:
            names = ("name", "namespace")
            self._networks[request.urn] = {n: inputs[n] for n in names if n in inputs}
        if request.old_inputs and (had := kind.objects_of(request.old_inputs)):
            self._state.has(request.urn, had)
        known = {problem.path for problem in problems}
        problems += [problem for problem in found if problem.path not in known]
        failures = sentences(problems, request.inputs, request.secrets)
        return CheckResponse(inputs=inputs, failures=failures)

    def _resolve(self, values: Properties, request: CheckRequest) -> list[Problem]:
        """Put what follows from a ClusterNetwork or VmNetwork in the place of the object, as
        programs in every language may give it.
        """
        problems = []
        for name, (wanted, advice) in GIVEN_AS_RESOURCE.items():
            urn = request.references.get((name,))
            if urn is None:
                continue
            given = Urn.of(urn).type
            if given != wanted:
                problems.append(Problem(name, f"is a {given}; {advice}"))
            elif urn in self._networks:
                values |= _kind(request.type).given_by_resource(values, self._networks[urn])
        return problems

    async def diff(self, request: DiffRequest) -> DiffResponse:
        """Compare old and new inputs by meaning.

        Returns the properties that change, outputs too where this run makes others of them,
        and whether a replacement deletes the old object first. Such an object is remembered:
        the previews that follow take it for gone. Raises Refused if there is no such resource
        type.
        """
        kind, old, new = _kind(request.type), request.old_inputs, request.inputs
        before = kind.before(old, request.outputs)
        changes = [_property_diff(difference) for difference in kind.diff(before, new)]
        if self._cluster is not None:
            call = self._call(request.urn, 0, preview=False)
            changes += map(_output_diff, kind.outputs_to_renew(request.outputs, call))
        replaces = any(change.replaces for change in changes)
        deletes_first = replaces and kind.deletes_first(old, new)
        key = kind.key(old)
        if deletes_first and key is not None:
            self._replaced[request.urn] = key
            for ref in kind.objects_of(old):
                self._desired_state.replace(ref)
        return DiffResponse(changes=changes, delete_before_replace=deletes_first)

    async def create(self, request: CreateRequest) -> Live:
        """Make the object with the checked inputs, or finish one that a killed run made.

        `timeout` is in seconds, 0 for the resource type's own; with `preview` nothing is
        written. Returns id, outputs and inputs; in a preview the id is empty and outputs are
        unknown where they cannot be told yet. Raises Unfinished if the object exists but is
        not as it should be; Refused, ClusterError or DeadlineExceeded if it was not made.
        """
        kind, inputs = _kind(request.type), request.inputs
        if request.preview and self._is_blind:
            return Live(kind.key(inputs) or "", kind.preview(inputs, {}), inputs)
        self._refuse_writes_offline(request.preview)
        self._check_replacement(kind, request)
        seconds = request.timeout or kind.seconds
        call = self._call(request.urn, seconds, request.preview)
        cluster = await require_same(call.cluster, "", "", call.deadline)
        live = await _marked(kind.create(inputs, call), cluster)
        self._log.over(request.urn)
        return live

    async def read(self, request: ReadRequest) -> Live | None:
        """Look the object up by its id.

        `inputs` and `outputs` are those of the last run, both empty on an import. Returns id,
        live outputs, and live inputs in the words of the old ones; None if it is gone. Raises
        Unfinished if the object exists but is not as it should be; Refused for an import
        while offline; ClusterError or DeadlineExceeded (after 60 s) if it cannot be looked up.
        """
        if self._online.offline:
            return _stored(request)
        call = self._call(request.urn, SECONDS_TO_READ, preview=False)
        kind = _kind(request.type)
        if request.outputs:
            one = [(kind.resource, request.id)]
            known = one if kind.is_one_object else kind.objects_of(request.inputs)
            self._state.has(request.urn, known)
        cluster = await self._require_same_cluster(kind, request.id, request.outputs, call)
        read = kind.read(request.id, request.inputs, request.outputs, call)
        live = await _marked(read, cluster)
        if live is None:
            self._state.deleted(request.urn)
        return live and replace(live, outputs=_remembered(request.outputs) | live.outputs)

    async def update(self, request: UpdateRequest) -> Live:
        """Bring the object from the old inputs to the new ones, or finish an earlier run's
        work, in which case both are the same.

        `outputs` are those of the state; `timeout` is in seconds, 0 for the resource type's
        own; with `preview` nothing is written, and the plan of the change is logged. Returns
        id, outputs and the new inputs. Raises Unfinished if the change was begun and is not
        done; Refused, ClusterError or DeadlineExceeded if the object is as it was.
        """
        kind, new = _kind(request.type), request.inputs
        if request.preview and self._is_blind:
            return Live(request.id, kind.preview(new, request.outputs), new)
        self._refuse_writes_offline(request.preview)
        seconds = request.timeout or kind.seconds_to_change
        call = self._call(request.urn, seconds, request.preview)
        cluster = await self._require_same_cluster(kind, request.id, request.outputs, call)
        update = kind.update(request.id, request.old_inputs, new, request.outputs, call)
        live = await _marked(update, cluster)
        self._log.over(request.urn)
        return live

    async def delete(self, request: DeleteRequest) -> None:
        """Delete the object that we made, and wait until it is gone; one that is gone already
        is no error.

        `outputs` are those of the state, among them the uid by which our object is known;
        `timeout` is in seconds, 0 for the resource type's own. Raises Refused, ClusterError or
        DeadlineExceeded if the object is not gone; the engine keeps it in the state then.
        """
        kind = _kind(request.type)
        self._refuse_writes_offline(preview=False)
        seconds = request.timeout or kind.seconds_to_change
        call = self._call(request.urn, seconds, preview=False)
        await self._require_same_cluster(kind, request.id, request.outputs, call)
        owner = self._state.other_owner(request.urn, (kind.resource, request.id))
        if owner is not None:
            call.warn(
                f"{kind.spec.title} {request.id} stays on the cluster: resource "
                f"{owner.rpartition('::')[2]} of this program has it too"
            )
        else:
            await kind.delete(request.id, request.outputs, call)
        self._state.deleted(request.urn)
        self._log.over(request.urn, "gone")

    async def list_objects(self, request: ListRequest) -> ListResponse:
        """A page of the objects that can be imported, in the order of their ids.

        Raises Refused for a query that the kind does not know, and while offline; ClusterError
        or DeadlineExceeded (after 60 s) if they cannot be listed.
        """
        kind = _kind(request.type)
        if self._is_blind:
            raise Refused("listing looks at the cluster, and harvester-net:offline is set")
        if unknown := [name for name in request.query if name not in kind.spec.listed_by]:
            known = ", ".join(kind.spec.listed_by) or "nothing"
            raise Refused(f"{kind.spec.title} is not listed by {unknown[0]}, but by {known}")
        call = self._call("", SECONDS_TO_READ, preview=False)
        found = await kind.list_objects(without_nulls(request.query), call)
        left = sorted(key for key in found if key > request.after)
        page = left[: request.most or LARGEST_PAGE]
        ended = len(page) == len(left)
        names = {key: found[key] for key in page}
        return ListResponse(found=names, after="" if ended else page[-1])

    async def invoke(self, request: InvokeRequest) -> InvokeResponse:
        """The result of a function, or what is wrong with its arguments."""
        token = request.token
        function = FUNCTIONS.get(token)
        if function is None:
            raise Refused(f"harvester-net has no function {token}")
        parsed, problems = parse(function.arguments, request.arguments)
        if problems:
            return InvokeResponse(result={}, failures=list(map(str, problems)))
        if self._is_blind and function.unseen is None:
            raise Refused(f"{token} looks at the cluster, and harvester-net:offline is set")
        if self._is_blind and function.unseen is not None:
            return InvokeResponse(result=function.unseen(parsed), failures=[])
        call = self._call("", SECONDS_TO_READ, preview=request.preview)
        result = await function.result(parsed, call)
        return InvokeResponse(result=result, failures=[])

    def _check_replacement(self, kind: Kind[Any], request: CreateRequest) -> None:
        """Refuse to make an object that the state has: its deletion would follow.

        A preview does not know whether the program has the old one deleted first.
        """
        key = kind.key(request.inputs)
        if key is None or request.urn in self._replaced:
            return
        if not self._state.is_forced_replacement(request.urn, (kind.resource, key)):
            return
        refusal = forced_replacement(f"{kind.spec.title} {key}")
        if not request.preview:
            raise refusal
        self._log.warning(request.urn, f"without the option deleteBeforeReplace, {refusal}")

    async def _require_same_cluster(
        self, kind: Kind[Any], key: str, outputs: Properties, call: Call
    ) -> str:
        """The cluster's identity, which is the one that the state has."""
        recorded = str(outputs.get(CLUSTER_OUTPUT) or "")
        what = f"{kind.spec.title} {key}"
        return await require_same(call.cluster, recorded, what, call.deadline)

    @property
    def _is_blind(self) -> bool:
        """Whether neither a cluster nor a snapshot of it may be looked at."""
        return self._online.offline and not self._online.is_recorded

    @property
    def _online(self) -> Cluster:
        if self._cluster is None:
            raise Refused("the provider is not configured yet")
        return self._cluster

    def _refuse_writes_offline(self, preview: bool) -> None:
        if self._online.offline and not preview:
            name, variable = (
                ("snapshot", SNAPSHOT) if self._online.is_recorded else ("offline", OFFLINE)
            )
            raise Refused(
                f"harvester-net:{name} is set, so nothing can be changed; unset it "
                f"(`pulumi config rm harvester-net:{name}`, or {variable}) for a real run"
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
            reviewed_plans=self._reviewed_plans,
            seen_on_nodes=self._seen_on_nodes,
            desired_state=self._desired_state,
        )

    # The servicer asks the provider what an exception means: to name the classes itself, it
    # would import `kinds` and `cluster` before the handshake is answered (P18).

    @staticmethod
    def partial(error: Exception) -> Unfinished | None:
        """The failure as one of an object that exists, if it is one."""
        return error if isinstance(error, Unfinished) else None

    @staticmethod
    def message(error: Exception) -> str | None:
        """The message of a failure that we expect; None for a mistake of ours."""
        expected = isinstance(error, Refused | ClusterError | DeadlineExceeded)
        return describe(error) if expected else None


def _recorded(file: str) -> RecordedConnection:
    """What a file of `harvester-net snapshot` has, as a connection; raises Refused."""
    # Only who has a snapshot waits for its reader.
    from ..harvester.site.document import NOT_SERVED
    from ..harvester.site.reading import UnreadableSite, read

    try:
        document = read(Path(file))
    except UnreadableSite as error:
        raise Refused(f"harvester-net:snapshot: {error}") from error
    not_served = (r for r, why in document.left_out.items() if why == NOT_SERVED)
    where = f"the snapshot {file} of {document.time} (Harvester {document.harvester})"
    return RecordedConnection(printable(where, None), document.objects, frozenset(not_served))


def _stored(request: ReadRequest) -> Live:
    """What the state says of an object that cannot be looked up."""
    if not request.outputs:
        raise Refused(
            f"{request.id} cannot be looked up: harvester-net:offline or "
            "harvester-net:snapshot is set; unset it for imports and lookups"
        )
    return Live(request.id, request.outputs, request.inputs)


async def _marked(work: Awaitable[L], cluster: str) -> L:
    """What a call comes to, with the identity of the cluster that it was carried out on."""
    mark = {CLUSTER_OUTPUT: cluster} if cluster else {}
    try:
        live = await work
    except Unfinished as error:
        error.outputs |= mark
        raise
    return replace(live, outputs=live.outputs | mark) if live is not None else live


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


def _property_diff(difference: Difference) -> PropertyDiff:
    return PropertyDiff(
        path=difference.path,
        property=str(difference.location[0]),
        change=difference.change.name,
        replaces=difference.replaces,
    )


def _output_diff(name: str) -> PropertyDiff:
    return PropertyDiff(
        path=name, property=name, change="UPDATE", replaces=False, is_input=False
    )
