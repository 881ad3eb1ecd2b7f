"""What the engine asks and what the provider answers, in plain values (P2).

The servicer needs this module before it answers the handshake, so nothing of `kinds` may be
imported here (P18). Fields are passed by name only: several of a request are maps of one type.
No repr shows properties, which may be secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Properties = dict[str, Any]
"""Plain values by property name; ``UNKNOWN`` where a preview cannot tell yet."""
Path = tuple[int | str, ...]
"""The way to a value inside properties."""
Secrets = frozenset[Path]
References = Mapping[Path, str]
"""URNs of resources by the paths at which the program gave them."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What all requests have."""

    secrets: Secrets = frozenset()
    """Paths of the secret values; the answer's values on the same paths are secret too."""


@dataclass(frozen=True, kw_only=True)
class ConfigureRequest(Request):
    """Check the provider's own configuration, or take it."""

    inputs: Properties = field(repr=False)
    """As the engine sends it: nearly every value is a text (P10)."""


@dataclass(frozen=True, kw_only=True)
class InvokeRequest(Request):
    """Call a function."""

    token: str
    """The function, `harvester-net:index:getClusterNetwork`."""
    arguments: Properties = field(repr=False)
    preview: bool


@dataclass(frozen=True, kw_only=True)
class ListRequest(Request):
    """List the objects of a kind that can be imported."""

    type: str
    """Token of the resource's type."""
    query: Properties = field(repr=False)
    """What they must have."""
    most: int = 0
    """How many, at most; 0 for a page."""
    after: str = ""
    """The id that the page before ended with."""


@dataclass(frozen=True, kw_only=True)
class ListResponse:
    """A page of objects."""

    found: dict[str, str]
    """A name for each id, in the order of the ids."""
    after: str
    """The id to go on after; empty at the end."""


@dataclass(frozen=True, kw_only=True)
class ResourceRequest(Request):
    """What all requests about a resource have."""

    urn: str
    """The resource; messages in the engine's log carry it."""
    type: str
    """Token of the resource's type, `harvester-net:index:VmNetwork`."""


@dataclass(frozen=True, kw_only=True)
class CheckRequest(ResourceRequest):
    """Check the inputs of a resource and fill in its name."""

    inputs: Properties = field(repr=False)
    """As the program writes them."""
    old_inputs: Properties = field(repr=False)
    """As they were checked in the last run; empty for a new or replaced resource."""
    proposed_name: str | None
    """For a resource that has no name yet; None where the user disabled autonaming."""
    references: References = field(default_factory=dict)
    """The resources among the inputs, which have their ids in the place of them."""


@dataclass(frozen=True, kw_only=True)
class DiffRequest(ResourceRequest):
    """Compare the inputs of two runs."""

    old_inputs: Properties = field(repr=False)
    """Checked in the last run, or found by a refresh."""
    inputs: Properties = field(repr=False)
    """Checked in this run."""
    outputs: Properties = field(default_factory=dict, repr=False)
    """Those of the state."""


@dataclass(frozen=True, kw_only=True)
class CreateRequest(ResourceRequest):
    """Make an object."""

    inputs: Properties = field(repr=False)
    """Checked."""
    timeout: float = 0
    """Seconds that the program allows; 0 if it does not say."""
    preview: bool = False
    """Only tell what would be made."""


@dataclass(frozen=True, kw_only=True)
class ReadRequest(ResourceRequest):
    """Look an object up: for a refresh, an import or a `.get()` (P8)."""

    id: str
    """As the last run stored it or, on an import, as the user writes it."""
    inputs: Properties = field(repr=False)
    """Of the last run; empty on an import."""
    outputs: Properties = field(repr=False)
    """Of the last run; empty on an import."""


@dataclass(frozen=True, kw_only=True)
class UpdateRequest(ResourceRequest):
    """Bring an object to other inputs, or finish what an earlier run left unfinished."""

    id: str
    inputs: Properties = field(repr=False)
    """Checked in this run."""
    old_inputs: Properties = field(repr=False)
    """Checked in the last run."""
    outputs: Properties = field(repr=False)
    """The state that the last run or a refresh stored."""
    timeout: float = 0
    """Seconds that the program allows; 0 if it does not say."""
    preview: bool = False
    """Only tell what would change."""


@dataclass(frozen=True, kw_only=True)
class DeleteRequest(ResourceRequest):
    """Delete an object; there is no preview of it."""

    id: str
    outputs: Properties = field(repr=False)
    """The state that the last run or a refresh stored."""
    timeout: float = 0
    """Seconds that the program allows; 0 if it does not say."""


@dataclass(frozen=True, kw_only=True)
class CheckResponse:
    """Inputs as they are compared and stored, and what is wrong with them."""

    inputs: Properties = field(repr=False)
    failures: list[str]
    """A sentence each, with the path of the property; none quotes a secret value."""


@dataclass(frozen=True, kw_only=True)
class PropertyDiff:
    """One property that changes."""

    path: str
    """As Pulumi writes it, `uplink.nics[1]`."""
    property: str
    """The top-level property that the path begins with."""
    change: str
    """ADD, DELETE or UPDATE."""
    replaces: bool
    """Whether the change needs a new object."""
    is_input: bool = True
    """Whether it is the program that changes it; else it is an output that becomes another."""


@dataclass(frozen=True, kw_only=True)
class DiffResponse:
    """The properties that change; none if the resource stays as it is."""

    changes: list[PropertyDiff]
    delete_before_replace: bool


@dataclass(frozen=True, kw_only=True)
class InvokeResponse:
    """What a function returns, or what is wrong with its arguments."""

    result: Properties = field(repr=False)
    failures: list[str]
