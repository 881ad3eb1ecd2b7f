"""What comes up of a site, for the tests of likenesses."""

from __future__ import annotations

from harvester_net.cluster.resources import Object, Resource, key_of
from harvester_net.harvester.site.document import Document
from harvester_net.harvester.site.kinds import kept
from harvester_net.lab.likeness import Site

from ...sites import VERSION, Size, site

TIME = "2026-01-01T00:00:00Z"
SIZE = Size()

Kinds = dict[Resource, list[Object]]


def document(found: Kinds | None = None, harvester: str = VERSION) -> Document:
    """The document of a site; of the usual one if none is given."""
    return Document(harvester, TIME, kept(site() if found is None else found))


def up(found: Kinds | None = None) -> dict[tuple[str, str], Object]:
    """What comes up of a site, by kind and key."""
    come = Site(document(found)).objects()
    return {(obj["kind"], key_of(obj)): obj for obj in come}
