"""What a URL and a method ask for, told apart as the real server does before it looks further.

Authorization knows nothing but this, so a request for what isn't served is refused to those
who may not ask, and not found by all others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from harvester_net.lab.apiserver import selectors
from harvester_net.lab.apiserver.errors import Cause, invalid

_VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
_COLLECTION_VERBS = {"get": "list", "delete": "deletecollection"}
_OF_NAMESPACES = ("status", "finalize")
_OPTIONS = {"create": "Create", "update": "Update", "patch": "Patch"}


@dataclass(frozen=True)
class RequestInfo:
    """A request, without its body."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    verb: str = ""
    group: str = ""
    version: str = ""
    plural: str = ""
    """Empty if it isn't about a resource, but about a path."""
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    """Of an object; for lists, the one name that the field selector asks for."""
    agent: str = ""
    """The program that asks, as it says."""

    @property
    def is_item(self) -> bool:
        return self.verb not in ("list", "watch", "deletecollection", "create")

    @property
    def manager(self) -> str:
        """Whose fields are those that this request sets."""
        return self.query.get("fieldManager") or self.agent or "unknown"

    @property
    def resource(self) -> str:
        """As rules of RBAC name it."""
        return f"{self.plural}/{self.subresource}" if self.subresource else self.plural

    @property
    def resource_id(self) -> str:
        return f"{self.plural}.{self.group}" if self.group else self.plural

    def flag(self, name: str) -> bool:
        """Go's notion of a flag in a query: anything but no is yes."""
        return self.query.get(name, "false") not in ("false", "0")

    def is_dry_run(self) -> bool:
        """Raises 422 for what isn't `All`."""
        value = self.query.get("dryRun", "")
        if value not in ("", "All"):
            raise unknown_dry_run(f"{_OPTIONS.get(self.verb, 'Delete')}Options", value)
        return bool(value)


def unknown_dry_run(options: str, value: str) -> Exception:
    why = f'Unsupported value: ["{value}"]: supported values: "All"'
    cause = Cause("dryRun", "FieldValueNotSupported", why)
    return invalid("meta.k8s.io", options, "", [cause])


def parse_request(method: str, path: str, query: Mapping[str, str]) -> RequestInfo:
    """What a request is about."""
    root, *rest = path.strip("/").split("/")
    group = rest.pop(0) if root == "apis" and rest else ""
    version = rest.pop(0) if rest else ""
    if root not in ("api", "apis") or not rest:
        return RequestInfo(method, path, query, method.lower())
    namespace, rest = _namespace(rest)
    plural, name, subresource = (*rest, "", "")[:3]
    if len(rest) > 3:
        subresource = "/".join(rest[2:])
    verb = _verb(method, name, query)
    if not name and verb in ("list", "watch", "deletecollection"):
        name = selectors.selected_name(query.get("fieldSelector", ""))
    return RequestInfo(
        method, path, query, verb, group, version, plural, subresource, namespace, name
    )


def _namespace(parts: list[str]) -> tuple[str, list[str]]:
    if parts[0] != "namespaces" or len(parts) < 2:
        return "", parts
    if len(parts) > 2 and parts[2] not in _OF_NAMESPACES:
        return parts[1], parts[2:]
    return parts[1], parts


def _verb(method: str, name: str, query: Mapping[str, str]) -> str:
    verb = _VERBS.get(method, "get")
    if name:
        return verb
    if verb == "get" and query.get("watch", "false") not in ("false", "0"):
        return "watch"
    return _COLLECTION_VERBS.get(verb, verb)
