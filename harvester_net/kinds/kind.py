"""What every kind can do, and what all of them do the same way: check and diff."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Generic, TypeVar

from ..cluster.resources import Object, Resource
from ..rules.rule import Ref
from ..specs.parse import parse, without_nulls
from ..specs.spec import Problem, Spec
from ..specs.unknown import UNKNOWN, is_wholly_known
from .call import Call
from .desired_state import DesiredObject, DesiredState
from .differences import Difference, Properties, differences
from .failures import Refused

S = TypeVar("S", bound=Spec)


@dataclass(frozen=True)
class Live:
    """What a Read found: what the object is, in outputs and in inputs."""

    key: str
    outputs: Properties
    inputs: Properties


class Kind(ABC, Generic[S]):
    """A kind of resource: pure check and diff, and the calls that touch the cluster.

    Properties are camelCase and plain. ``create``, ``read`` and ``update`` raise Unfinished
    when the object exists but is not as it should be, and Refused when nothing was changed.
    """

    token: ClassVar[str]
    resource: ClassVar[Resource]
    spec: type[S]
    outputs: ClassVar[type[Spec]]
    named: ClassVar[bool] = True
    """Whether it has a name of its own; the settings of a cluster have none."""

    is_one_object: ClassVar[bool] = True
    """Whether a resource is one object, whose key is its id."""

    seconds: ClassVar[float] = 600
    """How long a create may take when the program does not say."""
    seconds_to_change: ClassVar[float] = 600
    """The same for an update or a deletion, which may have to stop VMs first."""

    def check(
        self, given: Properties, desired_state: DesiredState
    ) -> tuple[Properties, Sequence[Problem]]:
        """The inputs as they will be compared and stored, and everything wrong with them."""
        inputs: Properties = without_nulls(given)
        desired, problems = parse(self.spec, inputs)
        if not problems:
            problems = self.check_in_plan(desired, desired_state)
            self._plan(inputs, desired, desired_state)
        return inputs, problems

    def _plan(self, inputs: Properties, desired: S, desired_state: DesiredState) -> None:
        """Let the others of the program see what this one wants."""
        key = self.key(inputs)
        if key is None:
            return
        known = is_wholly_known({**inputs, "disruption": None})
        will_be = partial(self.proposed, desired) if known else None
        desired_state.lay((self.resource, key), DesiredObject(desired.network, will_be))

    @abstractmethod
    def proposed(self, desired: S, live: Object | None, mtu: int) -> Object:
        """The object after its write, from the live one, if any. Pure.

        ``mtu`` is the cluster network's, in bytes.
        """

    def check_in_plan(self, desired: S, desired_state: DesiredState) -> list[Problem]:
        """What is wrong with it beside the others of the same program; notes it for them."""
        return []

    def given_by_resource(self, given: Properties, network: Properties) -> Properties:
        """What the inputs get of a ClusterNetwork that they were given as an object, from the
        checked inputs of that. Pure.
        """
        return {"clusterNetwork": network["name"]} if "name" in network else {}

    def before(self, inputs: Properties, outputs: Properties) -> Properties:
        """The old inputs, and what the object had although the program did not say it. Pure.

        ``outputs``: those of the state.
        """
        return inputs

    def diff(self, old: Properties, new: Properties) -> list[Difference]:
        """The inputs that change. Pure."""
        return differences(self.spec, old, new)

    def outputs_to_renew(self, outputs: Properties, call: Call) -> list[str]:
        """The outputs of the state that are others when this run is over although no input
        changes, as far as the run knows. Asks nobody.
        """
        return []

    def deletes_first(self, old: Properties, new: Properties) -> bool:
        """Whether a replacement deletes the old object before it makes the new one.

        It must where the new object has the old one's name: Pulumi would delete the new one
        (P21.1), and where the server refuses both at once.
        """
        return True

    def preview(self, inputs: Properties, outputs: Properties) -> Properties:
        """The outputs of an object that does not exist, or is not changed, yet.

        ``outputs``: what is known of them from before.
        """
        names = [
            field.alias or name
            for name, field in self.outputs.model_fields.items()
            if name not in self.spec.model_fields and field.is_required()
        ]
        return inputs | {name: outputs.get(name, UNKNOWN) for name in names}

    def require_sayable(self, key: str, inputs: Properties) -> None:
        """Raise Refused if no program can give the inputs that were read for an import.

        The engine would call it a bug of ours, and write a program that does not run.
        """
        _, problems = self.check(inputs, DesiredState())
        if problems:
            said = "; ".join(map(str, problems))
            raise Refused(f"{self.spec.title} {key} cannot be managed as it is: {said}")

    def objects_of(self, inputs: Properties) -> list[Ref]:
        """The objects that these inputs are about, as far as they tell. Pure."""
        key = self.key(inputs)
        return [] if key is None else [(self.resource, key)]

    @abstractmethod
    def key(self, inputs: Properties) -> str | None:
        """The id of an object with these inputs; None while it is not known."""

    @abstractmethod
    async def create(self, inputs: Properties, call: Call) -> Live:
        """Make the object, or finish one that an earlier run began."""

    @abstractmethod
    async def read(
        self, key: str, inputs: Properties, outputs: Properties, call: Call
    ) -> Live | None:
        """The object as it is, in the words of the inputs; None if it is gone.

        ``outputs`` are those of the state, empty on an import.
        """

    @abstractmethod
    async def list_objects(self, query: Properties, call: Call) -> dict[str, str]:
        """The objects that can be imported and have these properties: for each id a name."""

    @abstractmethod
    async def update(
        self, key: str, old: Properties, new: Properties, outputs: Properties, call: Call
    ) -> Live:
        """Bring the object to the new inputs; also continues what an earlier run left
        unfinished.
        """

    @abstractmethod
    async def delete(self, key: str, outputs: Properties, call: Call) -> None:
        """Delete the object that we made, and wait until it is gone."""
