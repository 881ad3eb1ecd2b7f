"""URNs, by which Pulumi names resources: `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`."""

from __future__ import annotations

from dataclasses import dataclass

PACKAGE = "harvester-net"
PROVIDER = f"pulumi:providers:{PACKAGE}"
_PREFIX = "urn:pulumi:"


@dataclass(frozen=True, order=True)
class Urn:
    """The parts of a URN; of a text that is none, all of it as the name."""

    stack: str = ""
    project: str = ""
    type: str = ""
    """The token of the resource's type, without those of its parents."""
    name: str = ""

    @classmethod
    def of(cls, text: str) -> Urn:
        """The parts. A name may hold the separator itself."""
        parts = text.removeprefix(_PREFIX).split("::", 3)
        if not text.startswith(_PREFIX) or len(parts) != 4:
            return cls(name=text)
        stack, project, types, name = parts
        return cls(stack, project, types.rpartition("$")[2], name)

    @property
    def is_ours(self) -> bool:
        """Whether it is a resource of this package, or its provider."""
        return self.type.startswith(f"{PACKAGE}:") or self.type == PROVIDER

    @property
    def kind(self) -> str:
        """The kind without its package: ``VmNetwork``."""
        return self.type.rpartition(":")[2]

    @property
    def whole_stack(self) -> tuple[str, str]:
        """The stack, whose name is unique within its project alone."""
        return self.stack, self.project
