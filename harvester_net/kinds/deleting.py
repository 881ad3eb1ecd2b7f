"""Deleting an object that others may still hold.

A deletion that nobody is going to unblock fails soon and says who blocks it. If the blockers
are going, in this run or elsewhere, it waits for them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from ..cluster.errors import Conflict, Denied
from ..cluster.resources import Object, Resource, key_of
from ..harvester.blockers import Blocker
from ..harvester.wording import listed
from .call import Call
from .failures import Refused


@dataclass(frozen=True)
class Deletion:
    """The deletion of one object."""

    resource: Resource
    live: Object
    words: str
    call: Call

    async def when_free(
        self, blocking: tuple[Resource, ...], blockers: Callable[[], list[Blocker]]
    ) -> None:
        """Delete the object as soon as nothing blocks it, and wait until it is gone.

        ``blockers`` looks at what is known of the ``blocking`` kinds. Raises Refused with
        their names when they do not go.
        """
        denied = await self._ask()
        if denied is not None:
            namespace = self.live["metadata"].get("namespace", "")
            async with self.call.cluster.watching(blocking, self.call.deadline, namespace):
                await self._insist(denied, blockers)
        self.call.tell("being deleted")
        await self.call.cluster.wait_until_gone(
            self.resource, key_of(self.live), self._uid, self.call.deadline
        )

    @property
    def _uid(self) -> str:
        return str(self.live["metadata"]["uid"])

    async def _ask(self) -> Denied | None:
        try:
            await self.call.cluster.delete(
                self.resource, key_of(self.live), self._uid, self.call.deadline
            )
        except Conflict:
            # An object of the same name with another uid: the one we made is gone.
            pass
        except Denied as denied:
            return denied
        return None

    async def _insist(
        self, denied: Denied | None, blockers: Callable[[], list[Blocker]]
    ) -> None:
        last, since = None, time.monotonic()
        while denied is not None:
            found = blockers()
            if found != last:
                last, since = found, time.monotonic()
            stuck = time.monotonic() - since > self.call.cluster.timings.stuck_deletion
            if stuck and not any(blocker.going for blocker in found):
                raise Refused(self._sentence(found, denied)) from denied
            self.call.tell(waiting_for(found))
            await self.call.deadline.sleep(self.call.cluster.timings.poll)
            if not blockers():
                denied = await self._ask()

    def _sentence(self, blockers: list[Blocker], denied: Denied) -> str:
        if not blockers:
            # Nobody that we know of: the server's own words are all there is.
            return f"{self.words} cannot be deleted: {denied.why}"
        names = ", ".join(blocker.words for blocker in blockers)
        return f"{self.words} cannot be deleted while it is used by {names}"


def waiting_for(blockers: list[Blocker]) -> str:
    """What the user reads while these are going."""
    if not blockers:
        return "waiting for the server to notice that nothing uses it any more"
    return f"waiting for {listed([blocker.words for blocker in blockers], 1)} to go"
