"""The life of an object that a resource owns: made, changed and deleted by us.

ClusterNetwork, NetworkConfig and VmNetwork differ only in what they read from an object and
write to it; the order of things, and what happens when a run is killed between them, is here.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from functools import partial
from typing import ClassVar, TypeVar

from ..change.errors import ChangeStopped
from ..change.goals import AnyGoal
from ..cluster.deadline import DeadlineExceeded
from ..cluster.errors import AlreadyExists, ClusterError, Conflict, Forbidden
from ..cluster.merge_patch import applied
from ..cluster.resources import Object, Resource, annotations_of, is_terminating, key_of
from ..harvester.blockers import Blocker
from ..rules.rule import Write
from ..specs.disruption import Disruption, disruption_of
from ..specs.metadata import LabelledSpec
from ..specs.parse import parse
from ..specs.unknown import is_wholly_known
from ..urns import Urn
from . import rule_checks
from .call import Call
from .changes import (
    get_unfinished,
    preview_change,
    run_change,
    run_change_or_refuse,
    wait_for_changes,
)
from .codecs.codec import Codec, merged, own_metadata
from .deleting import Deletion
from .desired_state import CREATED_BY
from .differences import Properties, changes_text, projected, same
from .failures import Refused, Unfinished
from .kind import Kind, Live
from .owners import (
    CLAIM,
    another_object,
    claim_of,
    is_claimed_otherwise,
    is_ours,
    kept_claim,
    new_claim,
    shared,
    whose,
)

S = TypeVar("S", bound=LabelledSpec)


class OwnedKind(Kind[S]):
    """A kind whose resource is one object of its own."""

    codec: Codec[S]
    """Between the inputs and the object."""

    def key(self, inputs: Properties) -> str | None:
        return self.codec.key(inputs)

    def proposed(self, desired: S, live: Object | None, mtu: int) -> Object:
        return self.codec.proposed(desired, live, mtu)

    async def mtu(self, desired: S, live: Object | None, call: Call) -> int:
        """The MTU in bytes that is written; 0 if the server gives it (H3.3)."""
        return 0

    judged_by: ClassVar[tuple[Resource, ...]] = ()
    """What the rules see besides what networks are made of."""

    async def manifest(self, desired: S, call: Call) -> Object:
        """The object to create."""
        return self.codec.manifest(desired, await self.mtu(desired, None, call))

    async def patch_for(self, desired: S, live: Object, call: Call) -> Object:
        """The merge patch that brings a live object to what is desired now."""
        return self.codec.patch(desired, live, await self.mtu(desired, live, call))

    async def whole_patch(
        self, desired: S, old: Properties, live: Object, call: Call
    ) -> Object:
        """The same with the labels and annotations of the user's own; ``old``: the inputs
        before.
        """
        patch = await self.patch_for(desired, live, call)
        return merged(own_metadata(desired, old, live), patch)

    def needs_check_at_apply(self, desired: S) -> bool:
        """Whether the server would take what cannot work, so that we judge it ourselves."""
        return False

    async def before_create(self, desired: S, call: Call) -> None:
        """Wait for what this same run makes and the server needs first."""

    async def change_goal(self, desired: S, live: Object, call: Call) -> AnyGoal | None:
        """The goal of the ordered change that it needs; None if a patch will do."""
        return None

    async def deletion_goal(self, live: Object, call: Call) -> AnyGoal | None:
        """The goal of the ordered change that the deletion needs; None if none."""
        return None

    def observed_inputs(self, live: Object, call: Call) -> Properties:
        """The inputs that a live object amounts to, defaults written out."""
        return self.codec.observed_inputs(live)

    def inputs_of(self, live: Object, mine: Properties, call: Call) -> Properties:
        """The inputs of a live object in the words of the program."""
        return projected(self.spec, self.observed_inputs(live, call), mine)

    def computed(self, live: Object, call: Call) -> Properties:
        """The outputs of a live object besides its inputs."""
        return self.codec.computed(live)

    async def prefetch(self, call: Call) -> None:
        """List what `observed_inputs`, `computed` and `unfinished` look at besides."""

    async def finish(self, desired: S, live: Object, call: Call) -> Object:
        """Carry out and wait for what follows the write; returns the object as it is then."""
        return live

    def unfinished(self, live: Object, call: Call) -> list[str]:
        """Why a live object is not as it should be; empty if it is."""
        return []

    def can_adopt(self, key: str) -> bool:
        """Whether creating one that exists already takes it over."""
        return False

    def way_to_manage(self, key: str, urn: str) -> str:
        """How the resource comes to manage an object that others have made."""
        return f"pulumi import {self.token} {Urn.of(urn).name} {key}"

    def keeps_on_delete(self, key: str) -> bool:
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
        desired, _ = parse(self.spec, inputs)
        key = self.key(inputs)
        if call.preview or key is None:
            there = await self._taken_over(key, call)
            if key is None or not is_wholly_known(inputs):
                return Live(key or "", self.preview(inputs, {}), inputs)
            if there is not None:
                return await self._preview_take_over(there, desired, inputs, call)
            await self._judge_create(desired, call)
            return Live(key, self.preview(inputs, {}), inputs)
        await self.before_create(desired, call)
        await self._wait_for_changes(desired.network, call)
        manifest = await self.manifest(desired, call)
        write = Write(self.resource, None, manifest)
        if self.needs_check_at_apply(desired):
            await rule_checks.check_stricter(write, call, self.judged_by)
        annotations = manifest["metadata"].setdefault("annotations", {})
        annotations |= {CREATED_BY: call.urn, CLAIM: new_claim()}
        try:
            live = await rule_checks.send(
                write,
                partial(call.cluster.create, self.resource, manifest, call.deadline),
                call,
                self.judged_by,
            )
        except AlreadyExists:
            return await self._take_over(key, inputs, desired, call)
        return await self._complete(live, inputs, desired, call)

    async def _judge_create(self, desired: S, call: Call) -> None:
        """Say at preview what stands against the object, and against the deletion of the one
        that it replaces.
        """
        if await get_unfinished(call) is not None:
            return
        if call.replaced is not None:
            old = await call.cluster.get_cached(self.resource, call.replaced, call.deadline)
            if old is not None:
                consent = disruption_of(desired)
                stops = consent is not None and bool(consent.stop_vms or consent.migrate_vms)
                await rule_checks.warn_about_deletion(
                    Write(self.resource, old, None), call, ordered=stops
                )
        manifest = await self.manifest(desired, call)
        write = Write(self.resource, None, manifest)
        mtu_changes = desired.network in call.desired_state.mtu_of
        await rule_checks.check_preview(
            write, call, ordered=mtu_changes, besides=self.judged_by
        )

    async def _judge_update(self, desired: S, live: Object, patch: Object, call: Call) -> None:
        if patch and await get_unfinished(call) is None:
            write = Write(self.resource, live, applied(live, patch))
            await rule_checks.check_preview(write, call, ordered=True, besides=self.judged_by)

    async def _taken_over(self, key: str | None, call: Call) -> Object | None:
        """The object of this name that the create finds and takes over, as far as a preview
        can tell; None if it makes one.
        """
        if key is None or call.replaced is not None:
            return None
        live = await call.cluster.get_cached(self.resource, key, call.deadline)
        if live is None or is_terminating(live):
            return None
        self._check_owned(key, live, call)
        return live

    async def _preview_take_over(
        self, live: Object, desired: S, inputs: Properties, call: Call
    ) -> Live:
        """What becomes of an object that is there already: an update in all but name."""
        before, changes = await self._as_found(live, inputs, call)
        taken = f"{self._named(before.key)} exists already: it is taken over, not made anew"
        if changes:
            call.warn(f"{taken}, and changed: {changes}")
        else:
            call.inform(f"{taken}, and stays as it is")
        shown = await self._preview_change(desired, live, call)
        outputs = self.preview(inputs, self.computed(live, call)) | shown
        return Live(before.key, outputs, inputs)

    async def _as_found(
        self, live: Object, inputs: Properties, call: Call
    ) -> tuple[Live, str]:
        """An object that is there already, and what of it changes; raises Refused if it would
        have to be made anew for that.
        """
        await self.prefetch(call)
        before = self._answer(live, self.inputs_of(live, inputs, call), call)
        found = self.diff(before.inputs, inputs)
        if anew := [difference.path for difference in found if difference.replaces]:
            raise Refused(
                f"{self._named(before.key)} exists already with another {', '.join(anew)}, "
                "which cannot change; delete it, or give this resource another name"
            )
        return before, changes_text(found, before.inputs, inputs)

    def _check_owned(self, key: str, live: Object, call: Call) -> None:
        if what := self.codec.foreign(live):
            raise Refused(
                f"{key} exists already, and is {what}, which harvester-net does not manage; "
                f"give this {self.spec.title} another name, or delete that object"
            )
        is_of_this = annotations_of(live).get(CREATED_BY) == call.urn
        if not is_of_this and not self.can_adopt(key):
            manage = self.way_to_manage(key, call.urn)
            raise Refused(
                f"{self._named(key)} exists already; {whose(live, call.urn, manage)}"
            )

    async def _take_over(self, key: str, inputs: Properties, desired: S, call: Call) -> Live:
        live = await call.cluster.get(self.resource, key, call.deadline)
        if live is None:
            raise Refused(
                f"{self._named(key)} was there and is gone again; run `pulumi up` again"
            )
        if is_terminating(live):
            raise Refused(
                f"{self._named(key)} is being deleted; run `pulumi up` when it is gone"
            )
        self._check_owned(key, live, call)
        before, _ = await self._as_found(live, inputs, call)
        goal = await self.change_goal(desired, live, call)
        if goal is not None:
            await self._apply_change(goal, before, desired, call)
            live = await call.cluster.get(self.resource, key, call.deadline) or live
        if not self.can_adopt(key):
            uid = live["metadata"]["uid"]
            ours = {CREATED_BY: call.urn, CLAIM: new_claim()}
            claim = {"metadata": {"uid": uid, "annotations": ours}}
            live = await call.cluster.patch(self.resource, key, claim, call.deadline)
        return await self._complete(live, inputs, desired, call, written=False)

    async def read(
        self, key: str, inputs: Properties, outputs: Properties, call: Call
    ) -> Live | None:
        key = self.codec.canonical(key)
        live = await call.cluster.get_cached(self.resource, key, call.deadline)
        if live is None:
            return None
        if not is_ours(live, outputs, call.urn):
            call.warn(f"{self._named(key)} is gone: {another_object(live)}")
            return None
        if what := self.codec.foreign(live, inputs):
            if not inputs:
                raise Refused(
                    f"{key} is {what}, no {self.spec.title} that harvester-net can manage; "
                    "leave it to whoever made it"
                )
            call.warn(self._became(key, what))
            return None
        await self.prefetch(call)
        seen = self.inputs_of(live, inputs, call)
        if not inputs:
            self.require_sayable(key, seen)
        answer = self._answer(live, seen, call)
        if told := shared(live, outputs, call.urn):
            call.warn(f"{self._named(key)}: {told}")
            answer = replace(answer, outputs=answer.outputs | kept_claim(outputs))
        if reasons := self.unfinished(live, call):
            raise Unfinished(answer.key, answer.outputs, answer.inputs, reasons)
        return answer

    async def list_objects(self, query: Properties, call: Call) -> dict[str, str]:
        found = await self.listed(query, call)
        await self.prefetch(call)
        ours = (live for live in found.values() if not self.codec.foreign(live))
        return {
            key_of(live): self.resource_name(key_of(live))
            for live in ours
            if self._matches(self.observed_inputs(live, call), query)
        }

    async def listed(self, query: Properties, call: Call) -> dict[str, Object]:
        """The objects of the kind; of a user who may not list all, those of the namespace."""
        try:
            return await call.cluster.list(self.resource, call.deadline)
        except Forbidden:
            if not (namespace := query.get("namespace")):
                raise
            return await call.cluster.list_in(self.resource, namespace, call.deadline)

    def _matches(self, seen: Properties, query: Properties) -> bool:
        return all(same(self.spec, name, seen.get(name), query[name]) for name in query)

    def resource_name(self, key: str) -> str:
        """What a resource for the object may be called in a program."""
        return key

    async def update(
        self, key: str, old: Properties, new: Properties, outputs: Properties, call: Call
    ) -> Live:
        desired, _ = parse(self.spec, new)
        if call.preview:
            return await self._preview_update(key, desired, new, outputs, call)
        live = await call.cluster.get(self.resource, key, call.deadline)
        if live is None:
            raise Refused(f"{self._named(key)} is gone; run `pulumi up` again to make it anew")
        if not is_ours(live, outputs, call.urn):
            raise Refused(f"{self._named(key)} is gone: {another_object(live)}")
        self._require_own_kind(key, live, old)
        self._require_not_shared(key, live, outputs, call)
        goal = await self.change_goal(desired, live, call)
        if goal is not None:
            await self._apply_change(goal, Live(key, outputs, old), desired, call)
            live = await call.cluster.get(self.resource, key, call.deadline) or live
        live = await self._write(desired, old, live, call)
        return await self._complete(live, new, desired, call)

    async def _preview_update(
        self, key: str, desired: S, new: Properties, outputs: Properties, call: Call
    ) -> Live:
        """The update as it would be: with its plan, or the reasons against it."""
        shown: Properties = {}
        live = await call.cluster.get_cached(self.resource, key, call.deadline)
        if live is not None and is_wholly_known(new):
            self._require_own_kind(key, live, new)
            self._require_not_shared(key, live, outputs, call)
            shown = await self._preview_change(desired, live, call)
        return Live(key, self.preview(new, outputs) | shown, new)

    async def _preview_change(self, desired: S, live: Object, call: Call) -> Properties:
        """The plan of what a live object needs, as outputs; raises Refused with what stands
        against it.
        """
        patch = await self.patch_for(desired, live, call)
        await self._judge_update(desired, live, patch, call)
        goal = await self.change_goal(desired, live, call)
        return {} if goal is None else await preview_change(goal, disruption_of(desired), call)

    async def _apply_change(self, goal: AnyGoal, before: Live, desired: S, call: Call) -> None:
        """Carry out the ordered change; stopped half way, the state has the object as it was
        before.
        """
        try:
            await run_change(goal, disruption_of(desired), call)
        except (ChangeStopped, ClusterError, DeadlineExceeded) as error:
            raise Unfinished(
                before.key, before.outputs, before.inputs, [str(error)]
            ) from error

    async def delete(self, key: str, outputs: Properties, call: Call) -> None:
        live = await call.cluster.get(self.resource, key, call.deadline)
        if self.keeps_on_delete(key):
            return None
        if live is not None and is_claimed_otherwise(live, outputs):
            return call.warn(
                f"{self._named(key)} stays on the cluster: a create has taken it over since. "
                "If it was to be replaced by a new object, give the resource the option "
                "deleteBeforeReplace and replace it again"
            )
        if live is not None and (what := self.codec.foreign(live, outputs)):
            call.warn(self._became(key, what))
        elif live is not None and is_ours(live, outputs, call.urn):
            consent = _disruption(outputs)
            if consent is not None and (consent.stop_vms or consent.migrate_vms):
                goal = await self.deletion_goal(live, call)
                if goal is not None:
                    await run_change_or_refuse(goal, consent, call)
            await self._wait_for_changes(self.codec.network(live), call)
            await self.before_delete(live, call)
            deletion = Deletion(self.resource, live, self._named(key), call)
            await deletion.when_free(self.blocking, lambda: self.blockers(live, call))
        return await self.after_delete(key, call)

    async def _write(self, desired: S, old: Properties, live: Object, call: Call) -> Object:
        """Write what differs, with the version that was looked at; look again if it has
        changed.
        """
        while True:
            patch = await self.whole_patch(desired, old, live, call)
            if not patch:
                return live
            await self._wait_for_changes(desired.network, call)
            write = Write(self.resource, live, applied(live, patch))
            if self.needs_check_at_apply(desired):
                await rule_checks.check_stricter(write, call, self.judged_by)
            version = {"metadata": {"resourceVersion": live["metadata"]["resourceVersion"]}}
            try:
                send = partial(
                    call.cluster.patch,
                    self.resource,
                    key_of(live),
                    merged(patch, version),
                    call.deadline,
                )
                return await rule_checks.send(write, send, call, self.judged_by)
            except Conflict:
                call.deadline.check()
                again = await call.cluster.get(self.resource, key_of(live), call.deadline)
                if again is None or again["metadata"]["uid"] != live["metadata"]["uid"]:
                    raise
                live = again

    async def _complete(
        self,
        live: Object,
        inputs: Properties,
        desired: S,
        call: Call,
        *,
        written: bool = True,
    ) -> Live:
        """After the first write every failure is a partial one: the object exists and is
        ours.
        """
        try:
            if not written:
                live = await self._write(desired, {}, live, call)
            live = await self.finish(desired, live, call)
            await self.prefetch(call)
            return self._answer(live, inputs, call)
        except (ClusterError, DeadlineExceeded, Refused) as error:
            latest = call.cluster.cached(self.resource).get(key_of(live), live)
            answer = self._answer(latest, inputs, call)
            reasons = self.unfinished(latest, call) or []
            if str(error) not in reasons:
                reasons.append(str(error))
            raise Unfinished(answer.key, answer.outputs, inputs, reasons) from error

    async def _wait_for_changes(self, network: str, call: Call) -> None:
        await wait_for_changes(call, lambda begun: network in begun.networks)

    def _answer(self, live: Object, inputs: Properties, call: Call) -> Live:
        outputs = inputs | self.computed(live, call) | claim_of(live)
        return Live(key_of(live), outputs, inputs)

    def _require_own_kind(self, key: str, live: Object, mine: Properties) -> None:
        if what := self.codec.foreign(live, mine):
            raise Refused(
                f"{self._became(key, what)}; delete it by hand to have the "
                f"{self.spec.title} made again"
            )

    def _require_not_shared(
        self, key: str, live: Object, outputs: Properties, call: Call
    ) -> None:
        if told := shared(live, outputs, call.urn):
            raise Refused(f"{self._named(key)}: {told}")

    def _became(self, key: str, what: str) -> str:
        return (
            f"{self._named(key)} is gone: the object of its name is {what} now, which stays "
            "untouched"
        )

    def _named(self, key: str) -> str:
        return f"{self.spec.title} {key}"


def _disruption(outputs: Properties) -> Disruption | None:
    """The consent that the program gave last, for a deletion, which has no inputs."""
    given = outputs.get("disruption")
    return parse(Disruption, given)[0] if given else None
