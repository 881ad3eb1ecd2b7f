"""VmNetworks: a VmNetwork for each VLAN of a list, in one pass, 32 at a time.

Each network lives as a VmNetwork does: made, read, changed and deleted by the same code, with
the marks of this resource. Here is only which networks there are, what of them needs a write,
and how what they say is put together.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from functools import partial

from ..cluster.deadline import DeadlineExceeded
from ..cluster.errors import ClusterError
from ..cluster.resources import NAD, Object, annotations_of, is_terminating, split_key
from ..harvester.wording import counted, listed, more_than
from ..rules.rule import Ref, Write
from ..specs import vm_networks as specs
from ..specs.parse import parse
from ..specs.unknown import UNKNOWN, is_wholly_known
from ..specs.vm_network import DEFAULT_NAMESPACE
from ..specs.vm_network import VmNetwork as Spec
from ..specs.vm_networks import networks_of
from ..urns import Urn
from . import rule_checks
from .call import Call
from .codecs.vm_networks import (
    by_vlan,
    grouped,
    identity_in,
    inputs_of_found,
    left,
    set_id,
)
from .desired_state import CREATED_BY, DesiredObject, DesiredState
from .differences import Properties, changes_text
from .failures import Refused, Unfinished
from .kind import Kind, Live
from .owners import CLAIM_OUTPUT, claim_of, is_ours, kept_claim, maker_of, shared
from .vlans_on_nodes import looked_at_again
from .vm_network import VmNetwork

AT_ONCE = 32
"""Networks that are written at the same time."""
MOST_SAID = 10
"""Networks, or sentences about them, that one message has."""
MADE = "__networks"
"""The output that keeps uid and claim of each network, by its id; Pulumi shows none that
begins so.
"""

Made = dict[str, Properties]
"""The outputs by which the networks that a set has made are known, by their ids."""


class Member(VmNetwork):
    """A VM network of a set."""

    def __init__(self, adopt: bool) -> None:
        self._adopts = adopt

    def way_to_manage(self, key: str, urn: str) -> str:
        return f"give VmNetworks {Urn.of(urn).name} adopt: true"

    def _check_owned(self, key: str, live: Object, call: Call) -> None:
        if not (self._adopts and _may_be_adopted(live, call.urn)) or self.codec.foreign(live):
            super()._check_owned(key, live, call)


def _may_be_adopted(live: Object, urn: str) -> bool:
    """Whether nobody manages a network with Pulumi, as far as it says, or this stack does."""
    maker = maker_of(live)
    return not maker.stack or maker.whole_stack == Urn.of(urn).whole_stack


@dataclass
class Outcome:
    """What became of the networks that were worked on, as far as it has."""

    made: Made
    said: list[tuple[str, str]] = field(default_factory=list)
    """What the networks' own calls informed of, by their ids."""
    warned: list[tuple[str, str]] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)

    def tell(self, call: Call) -> None:
        """Pass on what was said, the same about many of them once."""
        for sentence in sentences(self.said):
            call.inform(sentence)
        for sentence in sentences(self.warned):
            call.warn(sentence)


def sentences(said: Iterable[tuple[str, str]]) -> list[str]:
    """What was said of networks: the same of many once, and no more than can be read."""
    found = []
    about_it = ((key, text.replace(key, _IT)) for key, text in sorted(said))
    for text, keys in grouped(about_it).items():
        if len(keys) > 1:
            about = text.replace(f"{Spec.title} {_IT}", "it").replace(_IT, "it")
            found.append(f"{listed(keys, MOST_SAID)}: {about}")
        else:
            found.append(text.replace(_IT, keys[0]) if _IT in text else f"{keys[0]}: {text}")
    rest = more_than(MOST_SAID, len(found)).strip()
    return found[:MOST_SAID] + ([rest] if rest else [])


_IT = "\0"
"""The place of a network in what is said of it; no text of others has it."""


class VmNetworks(Kind[specs.VmNetworks]):
    """Life cycle of sets of VM networks."""

    token = "harvester-net:index:VmNetworks"
    resource = NAD
    spec = specs.VmNetworks
    outputs = specs.VmNetworksOutputs
    named = False
    is_one_object = False
    seconds_to_change = 3600

    def key(self, inputs: Properties) -> str | None:
        return set_id(inputs)

    def objects_of(self, inputs: Properties) -> list[Ref]:
        return [(NAD, key) for key in networks_of(inputs) or ()]

    def proposed(self, desired: specs.VmNetworks, live: Object | None, mtu: int) -> Object:
        raise NotImplementedError("a set is no object; its networks are")

    def _plan(
        self, inputs: Properties, desired: specs.VmNetworks, desired_state: DesiredState
    ) -> None:
        kind = Member(adopt=False)
        for key, each in (networks_of(inputs) or {}).items():
            known = is_wholly_known({**each, "disruption": None})
            will_be = partial(kind.proposed, parse(Spec, each)[0]) if known else None
            desired_state.lay((NAD, key), DesiredObject(desired.network, will_be))

    def preview(self, inputs: Properties, outputs: Properties) -> Properties:
        networks = networks_of(inputs)
        return inputs | {"networks": UNKNOWN if networks is None else by_vlan(networks)}

    async def create(self, inputs: Properties, call: Call) -> Live:
        return await self._bring(inputs, {}, {}, call)

    async def update(
        self, key: str, old: Properties, new: Properties, outputs: Properties, call: Call
    ) -> Live:
        return await self._bring(new, old, outputs, call)

    async def _bring(
        self, new: Properties, old: Properties, outputs: Properties, call: Call
    ) -> Live:
        """Make, change and delete what is needed for these inputs."""
        key, networks = set_id(new), networks_of(new)
        if key is None or networks is None:
            return Live(key or "", self.preview(new, outputs), new)
        if not call.preview:
            call.cluster.invalidate(NAD)
        pass_ = _Pass(Member(bool(new.get("adopt"))), networks, networks_of(old) or {}, call)
        outcome = Outcome(_made_in(outputs))
        await pass_.run(outcome, await _networks_in(new, call))
        outcome.tell(call)
        if call.preview:
            if outcome.failed:
                raise Refused("\n".join(sentences(outcome.failed)))
            return Live(key, self.preview(new, outputs), new)
        if not outcome.failed:
            return Live(key, _outputs(new, networks, outcome.made), new)
        reasons = sentences(outcome.failed)
        if not outcome.made:
            raise Refused("\n".join(reasons))
        raise Unfinished(key, _outputs(new, networks, outcome.made), new, reasons)

    async def read(
        self, key: str, inputs: Properties, outputs: Properties, call: Call
    ) -> Live | None:
        identity = identity_in(key)
        live = await _networks_in(identity, call)
        kind = Member(adopt=False)
        await kind.prefetch(call)
        if not inputs:
            return self._import(key, identity, live, kind, call)
        networks, had = networks_of(inputs) or {}, _made_in(outputs)
        made, gone, outcome = Made(), set[str](), Outcome({})
        for each in networks.keys() | had.keys():
            mine, found = networks.get(each), live.get(each)
            if (
                found is None
                or not _is_member(found, had.get(each), call.urn)
                or kind.codec.foreign(found, mine)
            ):
                gone.add(each)
                continue
            made[each] = _marks(found, had.get(each, {}), call.urn)
            if told := shared(found, had.get(each, {}), call.urn):
                outcome.warned.append((each, told))
            if mine is None:
                continue
            seen = kind.inputs_of(found, mine, call)
            if changes := kind.diff(seen, mine):
                gone.add(each)
                text = changes_text(changes, seen, mine)
                outcome.said.append((each, f"is not as it should be: {text}"))
        outcome.tell(call)
        if not made and networks:
            return None
        seen_inputs = left(inputs, networks, gone)
        seen_outputs = _outputs(seen_inputs, networks_of(seen_inputs) or {}, made)
        if to_go := sorted(made.keys() - networks.keys()):
            # Without a difference in the inputs nobody would come back to them.
            reason = f"{listed(to_go, MOST_SAID)}: was to go, and is still there"
            raise Unfinished(key, seen_outputs, seen_inputs, [reason])
        return Live(key, seen_outputs, seen_inputs)

    def _import(
        self,
        key: str,
        identity: Properties,
        live: Mapping[str, Object],
        kind: Member,
        call: Call,
    ) -> Live | None:
        """All networks of one VLAN on the cluster network that the pattern names."""
        found: dict[str, Properties] = {}
        for each, nad in sorted(live.items()):
            if kind.codec.foreign(nad) or is_terminating(nad):
                continue
            seen = kind.inputs_of(nad, {}, call)
            on_it = seen.get("clusterNetwork") == identity["clusterNetwork"]
            wanted = specs.name_of(identity.get("namePattern"), seen.get("vlan", 0))
            if on_it and "vlan" in seen and split_key(each)[1] == wanted:
                found[each] = seen
        if not found:
            return None
        inputs = inputs_of_found(identity, found.values())
        self.require_sayable(key, inputs)
        made = {each: _marks(live[each], {}, call.urn) for each in found}
        return Live(key, _outputs(inputs, networks_of(inputs) or {}, made), inputs)

    async def list_objects(self, query: Properties, call: Call) -> dict[str, str]:
        """Sets are what programs make of networks; the cluster knows only these."""
        return {}

    async def delete(self, key: str, outputs: Properties, call: Call) -> None:
        outcome = Outcome(_made_in(outputs))
        pass_ = _Pass(Member(adopt=False), {}, networks_of(outputs) or {}, call)
        await pass_.run(outcome, {})
        outcome.tell(call)
        if outcome.failed:
            raise Refused("\n".join(sentences(outcome.failed)))


@dataclass(frozen=True)
class _Pass:
    """One pass over the networks of a set."""

    kind: Member
    networks: Mapping[str, Properties]
    """The inputs of those that there shall be, by id."""
    old: Mapping[str, Properties]
    """The same before."""
    call: Call

    async def run(self, outcome: Outcome, live: Mapping[str, Object]) -> None:
        """Do all that is to be done; what fails is noted."""
        add, change = [], []
        for key in self.networks:
            found, marks = live.get(key), outcome.made.get(key)
            if found is None or not marks or not is_ours(found, marks, self.call.urn):
                # One that a killed run has made is taken over, with a claim of its own.
                add.append(key)
            elif await self._differs(key, found):
                change.append(key)
        remove = await self._to_remove(outcome)
        self._announce(add, change, remove, live)
        total, done = len(add) + len(change) + len(remove), 0
        limit = asyncio.Semaphore(AT_ONCE)

        async def work(
            key: str, act: Callable[[str, Call], Awaitable[Properties | None]]
        ) -> None:
            nonlocal done
            async with limit:
                await self._attempt(key, act, outcome)
            done += 1
            if not self.call.preview:
                self.call.tell(f"{done} of {counted(total, 'VM network')}")

        async with AsyncExitStack() as stack:
            writes_vlans = bool(add or change) and not self.call.preview
            if writes_vlans:
                first = next(iter(self.networks.values()))
                on = looked_at_again(first["clusterNetwork"], self.call)
                await stack.enter_async_context(on)
            tasks = [work(key, self._add) for key in add]
            tasks += [work(key, partial(self._change, outcome.made)) for key in change]
            tasks += [work(key, partial(self._remove, outcome.made)) for key in remove]
            await asyncio.gather(*tasks)

    async def _differs(self, key: str, live: Object) -> bool:
        if is_terminating(live) or self.kind.codec.foreign(live, self.networks[key]):
            return True
        desired, _ = parse(Spec, self.networks[key])
        old = self.old.get(key, {})
        return bool(await self.kind.whole_patch(desired, old, live, self.call))

    async def _to_remove(self, outcome: Outcome) -> list[str]:
        """The networks that the set has made and has no more.

        One that another resource of the program has by now is let go.
        """
        leaving = [key for key in outcome.made if key not in self.networks]
        if not leaving:
            return []
        if not self.call.preview:
            await rule_checks.hear_program_out(self.call)
        others = self.call.desired_state.objects
        for key in [key for key in leaving if (NAD, key) in others]:
            outcome.said.append((key, "is another resource's of this program from now on"))
            leaving.remove(key)
            del outcome.made[key]
        return leaving

    def _announce(
        self,
        add: Sequence[str],
        change: Sequence[str],
        remove: Sequence[str],
        live: Mapping[str, Object],
    ) -> None:
        """Say at preview what an update of the set comes to, which its properties only hint
        at.
        """
        if not self.call.preview:
            return
        made = [key for key in add if key not in live]
        for verb, keys in (("adds", made), ("changes", change), ("removes", remove)):
            if keys:
                names = listed(keys, MOST_SAID)
                self.call.inform(f"{verb} {counted(len(keys), 'VM network')}: {names}")

    async def _attempt(
        self,
        key: str,
        act: Callable[[str, Call], Awaitable[Properties | None]],
        outcome: Outcome,
    ) -> None:
        call = replace(
            self.call,
            replaced=_replaced(self.call.replaced, self.networks.get(key)),
            tell=lambda message: None,
            inform=lambda message: outcome.said.append((key, message)),
            warn=lambda message: outcome.warned.append((key, message)),
        )
        try:
            marks = await act(key, call)
        except Unfinished as error:
            outcome.made[key] = _known_by(error.outputs)
            outcome.failed.append((key, str(error)))
        except (Refused, ClusterError, DeadlineExceeded) as error:
            outcome.failed.append((key, str(error)))
        else:
            if marks is None:
                outcome.made.pop(key, None)
            else:
                outcome.made[key] = marks

    async def _add(self, key: str, call: Call) -> Properties | None:
        made = await self.kind.create(self.networks[key], call)
        return _known_by(made.outputs)

    async def _change(self, made: Made, key: str, call: Call) -> Properties | None:
        new = self.networks[key]
        # One that was not as it should be is not in the old inputs.
        old = self.old.get(key, new)
        changed = await self.kind.update(key, old, new, old | made[key], call)
        return made[key] | _known_by(changed.outputs)

    async def _remove(self, made: Made, key: str, call: Call) -> Properties | None:
        if call.preview:
            live = await call.cluster.get_cached(NAD, key, call.deadline)
            if live is not None:
                write = Write(NAD, live, None)
                await rule_checks.warn_about_deletion(write, call, ordered=False, why="goes")
            return None
        await self.kind.delete(key, self.old.get(key, {}) | made[key], call)
        return None


def _replaced(old_set: str | None, network: Properties | None) -> str | None:
    """The network that goes for one of these inputs, where its set is replaced."""
    if old_set is None or network is None:
        return None
    identity = identity_in(old_set)
    namespace = identity.get("namespace") or DEFAULT_NAMESPACE
    return f"{namespace}/{specs.name_of(identity.get('namePattern'), network['vlan'])}"


async def _networks_in(inputs: Properties, call: Call) -> Mapping[str, Object]:
    """The VM networks of the namespace of a set, as far as the user may list them."""
    namespace = inputs.get("namespace") or DEFAULT_NAMESPACE
    found = await Member(adopt=False).listed({"namespace": namespace}, call)
    return {key: nad for key, nad in found.items() if split_key(key)[0] == namespace}


def _made_in(outputs: Properties) -> Made:
    """What the state knows of the networks of a set."""
    found = outputs.get(MADE)
    return dict(found) if isinstance(found, dict) else {}


def _known_by(outputs: Properties) -> Properties:
    """Of the outputs of a network what it is known by."""
    return {name: outputs[name] for name in ("uid", CLAIM_OUTPUT) if outputs.get(name)}


def _is_member(live: Object, marks: Properties | None, urn: str) -> bool:
    """Whether a network is the one that the state has; of one that it has not, whether a run
    of this resource made it, and was killed.
    """
    if marks:
        return is_ours(live, marks, urn)
    return annotations_of(live).get(CREATED_BY) == urn


def _marks(live: Object, had: Properties, urn: str) -> Properties:
    """What a live network is known by; the claim stays the state's where another stack has
    taken it over.
    """
    taken = shared(live, had, urn)
    claim = kept_claim(had) if taken else claim_of(live)
    return {"uid": live["metadata"]["uid"]} | claim


def _outputs(inputs: Properties, networks: Mapping[str, Properties], made: Made) -> Properties:
    there = {key: each for key, each in networks.items() if key in made}
    return inputs | {"networks": by_vlan(there), MADE: made}
