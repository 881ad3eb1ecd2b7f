"""How the server tells of what a webhook answered, or that it did not."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from harvester_net.lab.apiserver.errors import Cause, StatusError, status

Answers = Callable[[str], bool]
"""Whether the program of this name runs."""


def all_answer(program: str) -> bool:
    return True


def denied(entry: str, found: StatusError) -> StatusError:
    """The refusal of a webhook by the name of its entry."""
    words = f'admission webhook "{entry}" denied the request: {found}'
    return StatusError(found.status | {"message": words})


def invalid(causes: Iterable[Cause]) -> StatusError:
    """What is wrong with an object, in the words of its causes."""
    known = [
        {name: text for name, text in cause.as_object().items() if text} for cause in causes
    ]
    message = ", ".join(cause["message"] for cause in known)
    return StatusError(status(422, "Invalid", message, {"causes": known}))


def failed(message: str, code: int = 500) -> StatusError:
    """An error that a webhook passes on as it is; only that of its own has a reason."""
    return StatusError(status(code, "InternalError" if code == 500 else "", message))


def internal(message: str) -> StatusError:
    """What the server says where it, or the call of a webhook, went wrong."""
    details = {"causes": [{"message": message}]}
    text = f"Internal error occurred: {message}"
    return StatusError(status(500, "InternalError", text, details))


def unreachable(entry: str, service: str, path: str) -> StatusError:
    """A webhook that must be asked, and whose program is away."""
    name, _, _ = service.partition(".")
    return internal(
        f'failed calling webhook "{entry}": failed to call webhook: Post'
        f' "https://{service}.svc:443{path}?timeout=10s": no endpoints available for service'
        f' "{name}"'
    )
