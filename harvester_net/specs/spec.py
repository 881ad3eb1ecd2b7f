"""What all specs share: strict types, camelCase on the wire, unknowns pass, and one sentence
per problem.

A spec is the single source for a kind's inputs: the schema, the checks, the diff and the
Python front all follow it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    field_validator,
)
from pydantic.alias_generators import to_camel

from .unknown import UNKNOWN, is_known

T = TypeVar("T")


def _let_unknown_pass(value: Any, validate: ValidatorFunctionWrapHandler) -> Any:
    return validate(value) if is_known(value) else UNKNOWN


Meanings = dict[str, Callable[[Any], Any]]


def unordered(values: list[Any] | None) -> list[Any]:
    """The meaning of a list whose order has none."""
    return sorted(values or [], key=str)


Item = Annotated[T, WrapValidator(_let_unknown_pass)]
"""The type of an item of a list or a map, which may be unknown on its own."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong with the inputs: the path of the property, and a sentence about it."""

    path: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.path}: {self.sentence}" if self.path else self.sentence


class Spec(BaseModel):
    """Base of the specs: unknown properties are refused and text is never taken for a
    number.
    """

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        alias_generator=to_camel,
        # A run uses few of them, and each takes some milliseconds.
        defer_build=True,
    )

    title: ClassVar[str] = ""
    """The name of the kind or type, as users know it."""

    meanings: ClassVar[Meanings] = {}
    """What a property's value means, by property name, where several values mean the same.

    Called with None for an absent property. Two values are the same if they mean the same.
    """

    listed_by: ClassVar[tuple[str, ...]] = ()
    """The properties by which the objects of a kind may be listed."""

    @field_validator("*", mode="wrap")
    @classmethod
    def _unknown_passes(cls, value: Any, validate: ValidatorFunctionWrapHandler) -> Any:
        return _let_unknown_pass(value, validate)

    def contradictions(self) -> Iterator[Problem]:
        """The problems that show only when several properties are seen together."""
        yield from ()

    @property
    def network(self) -> str:
        """The cluster network that it is about; empty if none, or while it is not known."""
        return ""


def wire_name(model: type[Spec], field: str) -> str:
    """The property name on the wire of a field of a spec."""
    alias = model.model_fields[field].alias
    return alias if alias is not None else field


def property_names(model: type[Spec]) -> list[str]:
    """All property names of a spec, as users write them, in the order of the spec."""
    return [wire_name(model, field) for field in model.model_fields]


def replacing(**kwargs: Any) -> Any:
    """A field whose change needs a new object: the old one is deleted first."""
    return Field(json_schema_extra={"replaces": True}, **kwargs)


def plain(**kwargs: Any) -> Any:
    """A field whose parts become resources: programs give it as it is, not as an output."""
    return Field(json_schema_extra={"plain": True}, **kwargs)


def is_required(model: type[Spec], name: str) -> bool:
    """Whether a program must give the property."""
    return any(
        field.alias == name and field.is_required() for field in model.model_fields.values()
    )


def replaces(model: type[Spec], name: str) -> bool:
    """Whether a change of the property makes Pulumi replace the resource."""
    for field in model.model_fields.values():
        if field.alias == name and isinstance(field.json_schema_extra, dict):
            return bool(field.json_schema_extra.get("replaces"))
    return False
