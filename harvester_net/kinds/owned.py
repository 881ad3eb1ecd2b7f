"""The life of an object that a resource owns: made, changed and deleted by us.

ClusterNetwork, NetworkConfig and VmNetwork differ only in what they read from an object and
write to it; the order of things, and what happens when a run is killed between them, is here.
"""

from __future__ import annotations

from abc import abstractmethod
from functools import partial
from typing import Any, ClassVar

from ..change.executor import Stopped
from ..change.record import Goal
from ..cluster.deadline import OutOfPatience
from ..cluster.errors import AlreadyExists, ClusterError, Conflict
from ..cluster.merge_patch import applied
from ..cluster.resources import Object, Resource, annotations_of, is_terminating, key_of
from ..harvester.blockers import Blocker
from ..rules.rule import Write
from ..specs.disruption import Disruption
from ..specs.parse import parse
from ..specs.unknown import is_wholly_known
from . import rule_checks
from .call import Call
from .changes import carry_out, carry_out_or_refuse, previewed, unfinished
from .deleting import Deletion
from .desired_state import CREATED_BY
from .differences import Properties, projected
from .failures import Refused, Unfinished
from .kind import Kind, Live, network_of


class OwnedKind(Kind):
    """A kind whose resource is one object of its own."""

    @abstractmethod
    def manifest(self, wish: Any, mtu: int) -> Object:
        """The object to create, on a cluster network of this MTU in bytes. Pure."""

    @abstractmethod
    def patch(self, wish: Any, live: Object, mtu: int) -> Object:
        """The merge patch that brings a live object to the wish; empty if it is there
        already. Pure.
        """

    def as_it_will_be(self, wish: Any, live: Object | None, mtu: int) -> Object:
        if live is None:
            return self.manifest(wish, mtu)
        return dict(applied(live, self.patch(wish, live, mtu)))

    async def mtu(self, wish: Any, live: Object | None, call: Call) -> int:
        """The MTU in bytes that the wish amounts to."""
        return 0

    async def changes(self, wish: Any, live: Object, call: Call) -> Object:
        """The merge patch that brings a live object to the wish now."""
        return self.patch(wish, live, await self.mtu(wish, live, call))

    def judged_at_up(self, wish: Any) -> bool:
        """Whether the server would take what cannot work, so that we judge it ourselves."""
        return False

    async def before_create(self, wish: Any, call: Call) -> None:
        """Wait for what this same run makes and the server needs first."""

    async def ordered(self, wish: Any, live: Object, call: Call) -> Goal | None:
        """The goal of the ordered change that the wish needs; None if a patch will do."""
        return None

    async def deletion_ordered(self, live: Object, call: Call) -> Goal | None:
        """The goal of the ordered change that the deletion needs; None if none."""
        return None

    @abstractmethod
    def seen(self, live: Object, call: Call) -> Properties:
        """The inputs that a live object amounts to, defaults written out."""

    def inputs_of(self, live: Object, mine: Properties, call: Call) -> Properties:
        """The inputs of a live object in the words of the program."""
        return projected(self.spec, self.seen(live, call), mine)

    def computed(self, live: Object, call: Call) -> Properties:
        """The outputs of a live object besides its inputs."""
        return {"uid": live["metadata"]["uid"]}

    async def look_around(self, call: Call) -> None:
        """Fetch the other objects that `seen`, `computed` and `unfinished` look at."""

    async def finish(self, wish: Any, live: Object, call: Call) -> Object:
        """Carry out and wait for what follows the write; returns the object as it is then."""
        return live

    def unfinished(self, live: Object, call: Call) -> list[str]:
        """Why a live object is not as it should be; empty if it is."""
        return []

    def adoptable(self, key: str) -> bool:
        """Whether creating one that exists already takes it over."""
        return False

    def forgets(self, key: str) -> bool:
        """Whether deleting it leaves the object alone."""
        return False

    blocking: ClassVar[tuple[Resource, ...]]
    """The kinds of objects that can keep one of these from being deleted."""

    @abstractmethod
    def blockers(self, live: Object, call: Call) -> list[Blocker]:
        """Who keeps the object from being deleted, among the `blocking` that are known."""

    async def before_delete(self, live: Object, call: Call) -> None:
        """Say what should be known before the object goes."""

    async def after_delete(self, key: str, call: Call) -> None:
        """Wait for what the server cleans up after the object itself is gone."""

    async def create(self, inputs: Properties, call: Call) -> Live:
        wish, _ = parse(self.spec, inputs)
        key = self.key(inputs)
        if call.preview or key is None:
            await self._check_free(key, call)
            if key is not None and is_wholly_known(inputs):
                await self._judge_create(wish, call)
            return Live(key or "", self.preview(inputs, {}), inputs)
        await self.before_create(wish, call)
        manifest = self.manifest(wish, await self.mtu(wish, None, call))
        write = Write(self.resource, None, manifest)
        if self.judged_at_up(wish):
            await rule_checks.not_stricter(write, call)
        annotations = manifest["metadata"].setdefault("annotations", {})
        annotations[CREATED_BY] = call.urn
        try:
            live = await rule_checks.sent(
                write,
                partial(call.cluster.create, self.resource, manifest, call.patience),
                call,
            )
        except AlreadyExists:
            return await self._take_over(key, inputs, wish, call)
        return await self._finished(live, inputs, wish, call)

    async def _judge_create(self, wish: Any, call: Call) -> None:
        """Say at preview what stands against the object, and against the deletion of the one
        that it replaces.
        """
        if await unfinished(call) is not None:
            return
        if call.replaced is not None:
            old = await call.cluster.find(self.resource, call.replaced, call.patience)
            if old is not None:
                consent = wish.disruption
                stops = consent is not None and bool(consent.stop_vms)
                await rule_checks.deletion_previewed(
                    Write(self.resource, old, None), call, ordered=stops
                )
        manifest = self.manifest(wish, await self.mtu(wish, None, call))
        write = Write(self.resource, None, manifest)
        decided = network_of(wish) in call.planned.mtu_of
        await rule_checks.previewed(write, call, ordered=decided)

    async def _judge_update(self, wish: Any, live: Object, patch: Object, call: Call) -> None:
        if patch and await unfinished(call) is None:
            write = Write(self.resource, live, applied(live, patch))
            await rule_checks.previewed(write, call, ordered=True)

    async def _check_free(self, key: str | None, call: Call) -> None:
        """Say at preview that an object of this name is there, unless it goes before."""
        if key is None or call.replaced is not None:
            return
        live = await call.cluster.find(self.resource, key, call.patience)
        if live is not None and not is_terminating(live):
            self._check_ours(key, live, call)

    def _check_ours(self, key: str, live: Object, call: Call) -> None:
        if annotations_of(live).get(CREATED_BY) != call.urn and not self.adoptable(key):
            name = call.urn.rpartition("::")[2]
            raise Refused(
                f"{self._words(key)} exists already; to manage it: "
                f"pulumi import {self.token} {name} {key}"
            )

    async def _take_over(self, key: str, inputs: Properties, wish: Any, call: Call) -> Live:
        live = await call.cluster.fresh(self.resource, key, call.patience)
        if live is None:
            raise Refused(
                f"{self._words(key)} was there and is gone again; run `pulumi up` again"
            )
        if is_terminating(live):
            raise Refused(
                f"{self._words(key)} is being deleted; run `pulumi up` when it is gone"
            )
        self._check_ours(key, live, call)
        return await self._finished(live, inputs, wish, call, written=False)

    def canonical(self, key: str) -> str:
        """The id for what a user may write for it on an import."""
        return key

    async def read(self, key: str, inputs: Properties, call: Call) -> Live | None:
        key = self.canonical(key)
        live = await call.cluster.find(self.resource, key, call.patience)
        if live is None:
            return None
        await self.look_around(call)
        seen = self._live(live, self.inputs_of(live, inputs, call), call)
        if reasons := self.unfinished(live, call):
            raise Unfinished(seen.key, seen.outputs, seen.inputs, reasons)
        return seen

    async def update(
        self, key: str, old: Properties, new: Properties, outputs: Properties, call: Call
    ) -> Live:
        wish, _ = parse(self.spec, new)
        if call.preview:
            return await self._previewed(key, wish, new, outputs, call)
        live = await call.cluster.fresh(self.resource, key, call.patience)
        if live is None:
            raise Refused(f"{self._words(key)} is gone; run `pulumi up` again to make it anew")
        goal = await self.ordered(wish, live, call)
        if goal is not None:
            await self._in_order(goal, live, old, outputs, wish, call)
            live = await call.cluster.fresh(self.resource, key, call.patience) or live
        live = await self._written(wish, old, live, call)
        return await self._finished(live, new, wish, call)

    async def _previewed(
        self, key: str, wish: Any, new: Properties, outputs: Properties, call: Call
    ) -> Live:
        """The update as it would be: with its plan, or the reasons against it."""
        shown: Properties = {}
        live = await call.cluster.find(self.resource, key, call.patience)
        if live is not None and is_wholly_known(new):
            patch = await self.changes(wish, live, call)
            await self._judge_update(wish, live, patch, call)
            goal = await self.ordered(wish, live, call)
            if goal is not None:
                shown = await previewed(goal, wish.disruption, call)
        return Live(key, self.preview(new, outputs) | shown, new)

    async def _in_order(
        self,
        goal: Goal,
        live: Object,
        old: Properties,
        outputs: Properties,
        wish: Any,
        call: Call,
    ) -> None:
        """Carry out the ordered change; stopped half way, the old inputs stay in the state."""
        try:
            await carry_out(goal, wish.disruption, call)
        except (Stopped, ClusterError, OutOfPatience) as error:
            raise Unfinished(key_of(live), outputs, old, [str(error)]) from error

    async def delete(self, key: str, outputs: Properties, call: Call) -> None:
        live = await call.cluster.fresh(self.resource, key, call.patience)
        made = outputs.get("uid")
        if self.forgets(key):
            return None
        if live is not None and made in (None, live["metadata"]["uid"]):
            consent = _disruption(outputs)
            if consent is not None and consent.stop_vms:
                goal = await self.deletion_ordered(live, call)
                if goal is not None:
                    await carry_out_or_refuse(goal, consent, call)
            await self.before_delete(live, call)
            deletion = Deletion(self.resource, live, self._words(key), call)
            await deletion.when_free(self.blocking, lambda: self.blockers(live, call))
        return await self.after_delete(key, call)

    async def _written(self, wish: Any, old: Properties, live: Object, call: Call) -> Object:
        """Write what differs, with the version that was looked at; look again if it has
        changed.
        """
        while True:
            patch = _merged(
                own_metadata(wish, old, live), await self.changes(wish, live, call)
            )
            if not patch:
                return live
            write = Write(self.resource, live, applied(live, patch))
            if self.judged_at_up(wish):
                await rule_checks.not_stricter(write, call)
            version = {"metadata": {"resourceVersion": live["metadata"]["resourceVersion"]}}
            try:
                send = partial(
                    call.cluster.patch,
                    self.resource,
                    key_of(live),
                    _merged(patch, version),
                    call.patience,
                )
                return await rule_checks.sent(write, send, call)
            except Conflict:
                call.patience.check()
                again = await call.cluster.fresh(self.resource, key_of(live), call.patience)
                if again is None:
                    raise
                live = again

    async def _finished(
        self, live: Object, inputs: Properties, wish: Any, call: Call, *, written: bool = True
    ) -> Live:
        """After the first write every failure is a partial one: the object exists and is
        ours.
        """
        try:
            if not written:
                live = await self._written(wish, {}, live, call)
            live = await self.finish(wish, live, call)
            await self.look_around(call)
            return self._live(live, inputs, call)
        except (ClusterError, OutOfPatience, Refused) as error:
            latest = call.cluster.known(self.resource).get(key_of(live), live)
            seen = self._live(latest, inputs, call)
            reasons = self.unfinished(latest, call) or []
            if str(error) not in reasons:
                reasons.append(str(error))
            raise Unfinished(seen.key, seen.outputs, inputs, reasons) from error

    def _live(self, live: Object, inputs: Properties, call: Call) -> Live:
        return Live(key_of(live), inputs | self.computed(live, call), inputs)

    def _words(self, key: str) -> str:
        return f"{self.spec.title} {key}"


def _disruption(outputs: Properties) -> Disruption | None:
    """The consent that the program gave last, for a deletion, which has no inputs."""
    given = outputs.get("disruption")
    return parse(Disruption, given)[0] if given else None


def own_metadata(wish: Any, old: Properties, live: Object) -> Object:
    """The merge patch of the user's own labels and annotations; keys of others stay."""
    patch: Object = {}
    for field in ("labels", "annotations"):
        wanted = getattr(wish, field) or {}
        present = live["metadata"].get(field) or {}
        keys: dict[str, str | None] = {
            key: None for key in old.get(field) or {} if key not in wanted and key in present
        }
        keys |= {key: value for key, value in wanted.items() if present.get(key) != value}
        if keys:
            patch.setdefault("metadata", {})[field] = keys
    return patch


def metadata(wish: Any, **more: Any) -> Object:
    """The metadata of a new object."""
    own = {"labels": dict(wish.labels or {}), "annotations": dict(wish.annotations or {})}
    return {"name": wish.name} | {key: value for key, value in own.items() if value} | more


def _merged(one: Object, other: Object) -> Object:
    result = dict(one)
    for key, value in other.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = _merged(result[key], value) if both else value
    return result
