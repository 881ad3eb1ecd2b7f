"""What the user of the kubeconfig may do, asked of the server before anything is done.

What roles give is learnt with one review of rules for a namespace. What they do not give may
come from elsewhere (a webhook that authorizes), so only a review of that very access says no:
one for each right in question, and none for those who have all. Who may not ask, or a server
that does not answer such questions, leaves it open.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .connection import Connection
from .deadline import Deadline, DeadlineExceeded
from .errors import AlreadyExists, Conflict, Denied, Forbidden, NotFound, Rejected, Unreachable
from .resources import ACCESS_REVIEW, RULES_REVIEW, Object, Resource, split_key
from .rights import Right, is_covered

NOWHERE = "harvester-net-nowhere"
"""A namespace that is not there: the rules that hold in it are those of the whole cluster."""
MOST_AT_ONCE = 10
NO_ANSWER = (Forbidden, NotFound, Rejected, Denied)
NO_DRY_RUN = "does not support dry run"
"""In the server's words, where a webhook has side effects: nothing is known then."""


@dataclass(frozen=True)
class Attempt:
    """A write that is only tried: the patch of an object, or without a key its creation."""

    resource: Resource
    fields: Object
    key: str = ""

    @property
    def place(self) -> tuple[Resource, str]:
        """What it stands for: such writes in this namespace."""
        namespace = self.fields.get("metadata", {}).get("namespace", "")
        return self.resource, split_key(self.key)[0] if self.key else str(namespace)


class Permissions:
    """What one user may do, as far as this run has asked."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rules: dict[str, list[Object]] = {}
        self._taken: set[tuple[Resource, str]] = set()
        self._few = asyncio.Semaphore(MOST_AT_ONCE)
        self._asking = asyncio.Lock()
        """A thousand previews ask the same at the same time."""

    def forget(self) -> None:
        """Ask anew: roles may have changed."""
        self._rules.clear()
        self._taken.clear()

    async def missing(self, wanted: Iterable[Right], deadline: Deadline) -> list[Right]:
        """Those of these rights that the user does not have, as the server says it."""
        async with self._asking:
            everywhere = await self._rules_in(NOWHERE, deadline)
            left = [right for right in wanted if not is_covered(right, everywhere)]
            places = sorted({right.namespace for right in left} - {""})
            found = await asyncio.gather(
                *(self._rules_in(place, deadline) for place in places)
            )
            given = dict(zip(places, found, strict=True))
            left = [r for r in left if not is_covered(r, given.get(r.namespace, []))]
            allowed = await asyncio.gather(
                *(self._is_allowed(right, deadline) for right in left)
            )
            return [right for right, answer in zip(left, allowed, strict=True) if not answer]

    async def why_refused(self, attempt: Attempt, deadline: Deadline) -> str:
        """Why the server would not take a write, in its own words; empty if it would, or if
        that cannot be told.
        """
        async with self._asking:
            if attempt.place in self._taken:
                return ""
            why = await self._try(attempt, deadline.within(self._connection.timings.dry_run))
            if not why:
                self._taken.add(attempt.place)
            return why

    async def _try(self, attempt: Attempt, deadline: Deadline) -> str:
        connection, fields = self._connection, attempt.fields
        try:
            if attempt.key:
                await connection.patch(
                    attempt.resource, attempt.key, fields, deadline, dry_run=True
                )
            else:
                namespace = attempt.place[1] or None
                await connection.create(
                    attempt.resource, namespace, fields, deadline, dry_run=True
                )
        except Denied as denied:
            return f"{denied.by}: {denied.why}"
        except (Forbidden, Rejected) as error:
            return "" if NO_DRY_RUN in str(error) else str(error)
        except (NotFound, AlreadyExists, Conflict, Unreachable, DeadlineExceeded):
            pass  # Somebody else was quicker, or an outage: the write itself will say.
        return ""

    async def _rules_in(self, namespace: str, deadline: Deadline) -> list[Object]:
        if namespace not in self._rules:
            answer = await self._ask(RULES_REVIEW, {"namespace": namespace}, deadline)
            rules = answer.get("resourceRules")
            listed = rules if isinstance(rules, list) else []
            self._rules[namespace] = [rule for rule in listed if isinstance(rule, dict)]
        return self._rules[namespace]

    async def _is_allowed(self, right: Right, deadline: Deadline) -> bool:
        """Whether somebody has a right, or whether that cannot be told."""
        spec = {"resourceAttributes": right.review}
        answer = await self._ask(ACCESS_REVIEW, spec, deadline)
        return answer.get("allowed") is not False

    async def _ask(self, resource: Resource, spec: Object, deadline: Deadline) -> Object:
        """The status of a review; empty if the server gives none."""
        review = {"apiVersion": resource.api, "kind": resource.kind, "spec": spec}
        try:
            async with self._few:
                answer: Any = await self._connection.create(resource, None, review, deadline)
        except NO_ANSWER:
            return {}
        status = answer.get("status") if isinstance(answer, dict) else None
        return status if isinstance(status, dict) else {}
