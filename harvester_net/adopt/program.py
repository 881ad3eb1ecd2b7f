"""A program that has no language yet: what it declares, in which order, under which names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..specs.cluster_network import ClusterNetwork
from ..specs.host_network_config import HostNetworkConfig
from ..specs.network_config import NetworkConfig
from ..specs.parse import spec_within
from ..specs.rwx_network import RwxNetwork
from ..specs.spec import Spec
from ..specs.storage_network import StorageNetwork
from ..specs.vm_migration_network import VmMigrationNetwork
from ..specs.vm_network import VmNetwork

SPECS: Mapping[str, type[Spec]] = {
    spec.title: spec
    for spec in (
        ClusterNetwork,
        NetworkConfig,
        VmNetwork,
        HostNetworkConfig,
        StorageNetwork,
        RwxNetwork,
        VmMigrationNetwork,
    )
}

Variable = tuple[str, ...]
"""The words of a variable's name; a language joins them as its people do."""


@dataclass(frozen=True)
class Column:
    """A variable of the loop around, with constant text before and after its value."""

    variable: Variable
    before: str = ""
    after: str = ""

    @property
    def is_text(self) -> bool:
        """Whether it is a text that contains the value, not the value itself."""
        return bool(self.before or self.after)


@dataclass(frozen=True)
class Shared:
    """The value of a `Share`."""

    variable: Variable


@dataclass(frozen=True)
class Network:
    """The cluster network of this variable, given as an object."""

    variable: Variable


Value = Any
"""A text, a number, a truth value, a list, a mapping, or one of the three above in any part of
them."""


@dataclass(frozen=True)
class Resource:
    """A resource, or what those of a loop have in common."""

    kind: str
    name: Value
    args: Mapping[str, Value]
    """By property name, in the order of the spec."""
    after: Variable | None = None
    """The `After` that it comes after."""


@dataclass(frozen=True)
class Share:
    """A value that several resources have."""

    variable: Variable
    kind: str
    property: str
    value: Value


@dataclass(frozen=True)
class Single:
    """One resource."""

    resource: Resource
    variable: Variable | None = None
    comments: Sequence[str] = ()

    def each(self) -> Iterator[Resource]:
        """The resource."""
        yield self.resource


@dataclass(frozen=True)
class Loop:
    """Resources that are alike, one for each row."""

    resource: Resource
    columns: Sequence[Variable]
    rows: Sequence[Sequence[Value]]
    variable: Variable | None = None
    """Of the list of them."""
    comments: Sequence[str] = ()

    def each(self) -> Iterator[Resource]:
        """The resources one by one, without the loop."""
        for row in self.rows:
            values = dict(zip(self.columns, row, strict=True))
            yield replace(
                self.resource,
                name=_filled(self.resource.name, values),
                args=_filled(self.resource.args, values),
            )


@dataclass(frozen=True)
class After:
    """What the VM networks of a cluster network come after: its network configs."""

    variable: Variable
    singles: Sequence[Variable]
    lists: Sequence[Variable]


Statement = Share | Single | Loop | After


@dataclass(frozen=True)
class Section:
    """What belongs together, under a heading."""

    heading: str
    statements: Sequence[Statement]


@dataclass(frozen=True)
class Program:
    """All of it, in the order in which it is written."""

    sections: Sequence[Section]

    @property
    def statements(self) -> Iterator[Statement]:
        """Those of all sections."""
        for section in self.sections:
            yield from section.statements


def nested(spec: type[Spec], name: str) -> type[Spec] | None:
    """The spec of a property that is a map of properties, or a list of such maps."""
    field = next(f for f in spec.model_fields.values() if f.alias == name)
    return spec_within(field.annotation)


def _filled(value: Value, row: Mapping[Variable, Value]) -> Value:
    if isinstance(value, Column):
        found = row[value.variable]
        return f"{value.before}{found}{value.after}" if value.is_text else found
    if isinstance(value, Mapping):
        return {key: _filled(inner, row) for key, inner in value.items()}
    return value
