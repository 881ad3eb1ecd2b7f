"""JSON patches (RFC 6902) as the real server carries them out, and the names of all formats.

The value that is patched stays as it is. Merge patches are in `cluster.merge_patch`, strategic
ones in `strategic`.
"""

from __future__ import annotations

from typing import Any

from harvester_net.lab.apiserver.errors import StatusError, bad_request, status
from harvester_net.lab.apiserver.objects import Object, copied

MERGE = "application/merge-patch+json"
JSON = "application/json-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"
APPLY = "application/apply-patch+yaml"


class DoesNotFit(Exception):
    """An operation names what isn't there, or a test fails."""


def patched(value: Any, operations: Any) -> Any:
    """The value after a JSON patch; raises StatusError with 400 and 422 as the server does.

    No list at all is an empty one, which pulumi-kubernetes sends.
    """
    if operations is None:
        return copied(value)
    if not isinstance(operations, list):
        why = "json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp"
        raise bad_request(f"error decoding patch: {why}")
    result = copied(value)
    try:
        for operation in operations:
            result = _operated(result, operation)
    except (DoesNotFit, KeyError, TypeError, AttributeError) as error:
        raise _does_not_fit() from error
    if not isinstance(result, dict):
        raise _does_not_fit()
    return result


def _does_not_fit() -> StatusError:
    # The server says no more than that.
    message = "the server rejected our request due to an error in our request"
    return StatusError(status(422, "Invalid", message, {}))


def _operated(document: Any, operation: Object) -> Any:
    kind, path = operation["op"], _steps(operation["path"])
    if kind in ("add", "replace"):
        # The server's library adds what it is told to replace, if it is missing.
        return _with(document, path, copied(operation["value"]), insert=kind == "add")
    if kind == "remove":
        return _without(document, path)
    if kind == "test":
        if _at(document, path, missing=None) != operation.get("value"):
            raise DoesNotFit(operation["path"])
        return document
    origin = _steps(operation["from"])
    value = copied(_at(document, origin))
    if kind == "copy":
        return _with(document, path, value, insert=True)
    if kind == "move":
        return _with(_without(document, origin), path, value, insert=True)
    raise DoesNotFit(kind)


def _steps(pointer: str) -> list[str]:
    """The steps of a JSON pointer (RFC 6901)."""
    if pointer and not pointer.startswith("/"):
        raise DoesNotFit(pointer)
    steps = pointer.split("/")[1:]
    return [step.replace("~1", "/").replace("~0", "~") for step in steps]


_REQUIRED = object()


def _at(document: Any, path: list[str], missing: Any = _REQUIRED) -> Any:
    for step in path:
        found = isinstance(document, dict) and step in document
        if not found and isinstance(document, dict) and missing is not _REQUIRED:
            return missing
        document = document[_index(document, step) if isinstance(document, list) else step]
    return document


def _with(document: Any, path: list[str], value: Any, insert: bool) -> Any:
    if not path:
        return value
    parent, last = _at(document, path[:-1]), path[-1]
    if isinstance(parent, dict):
        parent[last] = value
    elif not isinstance(parent, list):
        raise DoesNotFit(last)
    elif not insert:
        parent[_index(parent, last)] = value
    else:
        end = len(parent)
        parent.insert(end if last == "-" else _index(parent, last, end + 1), value)
    return document


def _without(document: Any, path: list[str]) -> Any:
    parent, last = _at(document, path[:-1]), path[-1]
    del parent[_index(parent, last) if isinstance(parent, list) else last]
    return document


def _index(items: list[Any], step: str, end: int | None = None) -> int:
    if not step.isdigit() or int(step) >= (len(items) if end is None else end):
        raise DoesNotFit(step)
    return int(step)
