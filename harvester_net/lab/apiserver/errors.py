"""What the server answers instead of success: a Status object in the real server's words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from harvester_net.lab.apiserver.objects import Object
from harvester_net.lab.apiserver.resources import Resource


class StatusError(Exception):
    """An answer other than success; `status` is its Status object."""

    def __init__(self, status: Object) -> None:
        super().__init__(status["message"])
        self.status = status

    @property
    def code(self) -> int:
        return int(self.status["code"])


@dataclass(frozen=True)
class Cause:
    """What is wrong with one field."""

    field: str
    reason: str
    message: str

    def as_object(self) -> Object:
        return {"reason": self.reason, "message": self.message, "field": self.field}

    def __str__(self) -> str:
        return f"{self.field}: {self.message}"


def required(field: str, detail: str = "") -> Cause:
    return Cause(field, "FieldValueRequired", "Required value" + (detail and f": {detail}"))


def invalid_value(field: str, shown: str, detail: str) -> Cause:
    """`shown` is the value as JSON, for strings with their quotes."""
    return Cause(field, "FieldValueInvalid", f"Invalid value: {shown}: {detail}")


def status(code: int, reason: str, message: str, details: Object | None = None) -> Object:
    """A Status object that tells of a failure; some failures of the server have no reason."""
    found = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": message,
        "reason": reason,
        "details": details,
        "code": code,
    }
    return {name: value for name, value in found.items() if value not in ("", None)}


def details(resource: Resource, name: str, **more: Any) -> Object:
    found = {"name": name, "group": resource.group, "kind": resource.plural} | more
    return {field: value for field, value in found.items() if value != ""}


def bad_request(message: str) -> StatusError:
    return StatusError(status(400, "BadRequest", message))


def not_found(resource: Resource, name: str) -> StatusError:
    message = f'{resource.id} "{name}" not found'
    return StatusError(status(404, "NotFound", message, details(resource, name)))


def nothing_there() -> StatusError:
    """For paths below the APIs that are built in."""
    message = "the server could not find the requested resource"
    return StatusError(status(404, "NotFound", message, {}))


def method_not_allowed() -> StatusError:
    message = "the server does not allow this method on the requested resource"
    return StatusError(status(405, "MethodNotAllowed", message, {}))


def unsupported_media_type(accepted: tuple[str, ...]) -> StatusError:
    message = (
        "the body of the request was in an unknown format - accepted media types include: "
        + ", ".join(accepted)
    )
    return StatusError(status(415, "UnsupportedMediaType", message))


def already_exists(resource: Resource, name: str) -> StatusError:
    message = f'{resource.id} "{name}" already exists'
    return StatusError(status(409, "AlreadyExists", message, details(resource, name)))


def conflict(resource: Resource, name: str, why: str, of_kind: bool = False) -> StatusError:
    """The server names the kind instead of the resource where a deletion had conditions."""
    kind = resource.kind if of_kind else resource.plural
    what = f"{kind}.{resource.group}" if resource.group else kind
    message = f'Operation cannot be fulfilled on {what} "{name}": {why}'
    return StatusError(status(409, "Conflict", message, details(resource, name, kind=kind)))


def modified(resource: Resource, name: str) -> StatusError:
    why = (
        "the object has been modified; please apply your changes to the latest version and"
        " try again"
    )
    return conflict(resource, name, why)


def of_another_uid(resource: Resource, key: str, given: str, known: str) -> StatusError:
    """In the words of the storage, which are all that clients get."""
    folder = f"{resource.group}/{resource.plural}" if resource.custom else resource.plural
    why = (
        f"StorageError: invalid object, Code: 4, Key: /registry/{folder}/{key},"
        " ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition:"
        f" {given}, UID in object meta: {known}"
    )
    return conflict(resource, key.rpartition("/")[2], why)


def invalid(group: str, kind: str, name: str, causes: list[Cause]) -> StatusError:
    what = f"{kind}.{group}" if group else kind
    # The server says the same twice now and then, and tells it once.
    texts = list(dict.fromkeys(map(str, causes)))
    text = texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
    found = {"name": name, "group": group, "kind": kind}
    told: Object = {field: value for field, value in found.items() if value}
    told["causes"] = [cause.as_object() for cause in causes]
    return StatusError(status(422, "Invalid", f'{what} "{name}" is invalid: {text}', told))


def expired(version: int, oldest: int) -> StatusError:
    message = f"too old resource version: {version} ({oldest})"
    return StatusError(status(410, "Expired", message))


def internal(message: str) -> StatusError:
    """The server gives no reason where it took something for its own mistake."""
    return StatusError(status(500, "", message))
