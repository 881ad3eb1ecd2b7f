"""The properties that every named object has: labels and annotations of the user's own."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from .disruption import Disruption
from .spec import Item, Problem, Spec
from .unknown import is_known

OWNED_PREFIXES = (
    "network.harvesterhci.io/",
    "storage-network.settings.harvesterhci.io",
    "rwx-network.settings.harvesterhci.io",
    "vm-migration-network.settings.harvesterhci.io",
    "harvester-net/",
)
"""Keys under these are bookkeeping of Harvester's controllers or of this package (H2)."""


class LabelledSpec(Spec):
    """A spec of an object that carries labels and annotations of the user's own."""

    labels: dict[str, Item[str]] | None = Field(
        None,
        description="Labels of your own. Only the keys given here are managed; keys of "
        "Harvester's controllers are refused.",
    )
    annotations: dict[str, Item[str]] | None = Field(
        None,
        description="Annotations of your own. Only the keys given here are managed; keys of "
        "Harvester's controllers are refused.",
    )

    def contradictions(self) -> Iterator[Problem]:
        for name, given in (("labels", self.labels), ("annotations", self.annotations)):
            if given and is_known(given):
                for key in given:
                    if key.startswith(OWNED_PREFIXES):
                        yield Problem(
                            f'{name}["{key}"]', "is written by the server; leave it out"
                        )


class NamedSpec(LabelledSpec):
    """A spec of such an object that may interrupt something to make its change."""

    disruption: Disruption | None = Field(
        None, description="What this resource may interrupt to make its change."
    )
