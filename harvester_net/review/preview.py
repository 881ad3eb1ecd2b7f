"""What a preview says, whichever form Pulumi wrote it in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ..specs.provider import OFFLINE
from ..urns import Urn
from .steps import ChangePlan

STACK = "pulumi:pulumi:Stack"

Properties = Mapping[str, Any]


class Unfit(Exception):
    """A text is no preview; the message says why."""


class Operation(StrEnum):
    """What happens to a resource, in the order in which a reviewer wants to see it."""

    DELETE = "delete"
    REPLACE = "replace"
    UPDATE = "update"
    CREATE = "create"
    IMPORT = "import"


@dataclass(frozen=True)
class Change:
    """What happens to one resource of this package."""

    urn: Urn
    operation: Operation
    old: Properties = field(default_factory=dict)
    """Its inputs, as they are on the cluster."""
    new: Properties = field(default_factory=dict)
    paths: tuple[str, ...] = ()
    """The properties that change; none of a new resource."""
    recorded: Properties | None = None
    """Its inputs after the last `up`, where the cluster has others or the object is gone."""

    @property
    def kind(self) -> str:
        """The kind without its package: ``VmNetwork``."""
        return self.urn.kind


@dataclass(frozen=True)
class Diagnostic:
    """A sentence of the plugin, the program or Pulumi."""

    severity: str
    """``error``, ``warning`` or ``info``."""
    urn: Urn
    text: str

    @property
    def is_error(self) -> bool:
        """Whether it keeps the preview from being carried out."""
        return self.severity == "error"


@dataclass(frozen=True)
class Preview:
    """A preview of one stack."""

    project: str
    stack: str
    changes: tuple[Change, ...] = ()
    kept: Mapping[Urn, Properties] = field(default_factory=dict)
    """The inputs of the resources of this package that stay as they are."""
    others: Mapping[Operation, int] = field(default_factory=Counter)
    """How many resources of other packages change."""
    diagnostics: tuple[Diagnostic, ...] = ()
    """What was said, but for what the plans say."""
    plans: Mapping[Urn, ChangePlan] = field(default_factory=dict)
    """The ordered changes, by their resources."""
    complete: bool = True
    """Whether Pulumi came to its end."""

    @property
    def name(self) -> str:
        """Project and stack."""
        return f"{self.project}/{self.stack}"

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """Why it cannot be carried out."""
        return tuple(said for said in self.diagnostics if said.is_error)

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What this package warns of."""
        return tuple(
            said
            for said in self.diagnostics
            if said.severity == "warning" and (said.urn.is_ours or said.text == OFFLINE)
        )

    @property
    def notes(self) -> tuple[Diagnostic, ...]:
        """What this package tells besides."""
        return tuple(
            said for said in self.diagnostics if said.severity == "info" and said.urn.is_ours
        )

    @property
    def saw_the_cluster(self) -> bool:
        """Whether the plugin looked at the cluster."""
        return all(said.text != OFFLINE for said in self.diagnostics)

    @property
    def affected_vms(self) -> list[str]:
        """The VMs that stop, as ``namespace/name``."""
        return sorted({vm for plan in self.plans.values() for vm in plan.affected_vms})

    @property
    def vms_that_stay_down(self) -> list[str]:
        """Those that nothing starts again."""
        started = {vm for plan in self.plans.values() for vm in plan.started_vms}
        whole = all(not plan.left_out for plan in self.plans.values())
        return [vm for vm in self.affected_vms if vm not in started] if whole else []
