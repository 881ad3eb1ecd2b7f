"""Bodies of requests: text to objects, and the real server's complaints about other text."""

from __future__ import annotations

import json
from typing import Any

import yaml

from harvester_net.lab.apiserver.errors import bad_request, unsupported_media_type
from harvester_net.lab.apiserver.objects import Object
from harvester_net.lab.apiserver.resources import Resource

OBJECTS = ("application/json", "application/yaml", "application/vnd.kubernetes.protobuf")
_GO_STRUCT = (
    r'struct { APIVersion string "json:\"apiVersion,omitempty\"";'
    r' Kind string "json:\"kind,omitempty\"" }'
)
_GO_MAP = "map[string]interface {}"
_EXCERPT = 30
_TIMESTAMP = "tag:yaml.org,2002:timestamp"


class _Loader(yaml.SafeLoader):
    """YAML without times of its own: in the API they are text."""


_Loader.yaml_implicit_resolvers = {
    first: [each for each in known if each[0] != _TIMESTAMP]
    for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(content: bytes, content_type: str, resource: Resource) -> Object:
    """The object of a creation or an update; raises 400 and 415.

    Built-in resources may leave out what they are; custom ones must say it.
    """
    if content_type not in ("application/json", "application/yaml", ""):
        raise unsupported_media_type(OBJECTS)
    value = _value(content, content_type, resource)
    if not isinstance(value, dict):
        why = f"json: cannot unmarshal {_go_type(value)} into Go value of type {_GO_STRUCT}"
        raise _unrecognized(
            resource, content, f"couldn't get version/kind; json parse error: {why}"
        )
    _check_type(value, content, resource)
    if not isinstance(value.get("metadata"), dict):
        value["metadata"] = {}
    return value


def parsed(content: bytes) -> Any:
    """JSON; raises ValueError in the words of Go's parser."""
    try:
        return json.loads(content)
    except json.JSONDecodeError as error:
        raise ValueError(_go_words(error)) from error
    except UnicodeDecodeError as error:
        raise ValueError("invalid UTF-8") from error


def configuration(content: bytes) -> Object:
    """What is to be applied, in YAML, of which JSON is a part; raises 400."""
    try:
        value = yaml.load(content, Loader=_Loader)
    except yaml.YAMLError as error:
        raise bad_request(f"error decoding YAML: {error}") from error
    if not isinstance(value, dict):
        why = f"json: cannot unmarshal {_go_type(value)} into Go value of type {_GO_MAP}"
        raise bad_request(
            f"error decoding YAML: error unmarshaling JSON: while decoding JSON: {why}"
        )
    return value


def _value(content: bytes, content_type: str, resource: Resource) -> Any:
    if content_type == "application/yaml":
        try:
            return yaml.load(content, Loader=_Loader)
        except yaml.YAMLError as error:
            raise bad_request(f"error converting YAML to JSON: {error}") from error
    try:
        return parsed(content)
    except ValueError as error:
        why = f"couldn't get version/kind; json parse error: {error}"
        raise _unrecognized(resource, content, why) from error


def _check_type(value: Object, content: bytes, resource: Resource) -> None:
    api, kind = value.get("apiVersion", ""), value.get("kind", "")
    if not resource.custom:
        value["apiVersion"], value["kind"] = api or resource.api, kind or resource.kind
        if (value["apiVersion"], value["kind"]) != (resource.api, resource.kind):
            raise _of_another_kind(resource, value["apiVersion"], value["kind"])
        return
    if not kind:
        text = content.decode(errors="replace")
        raise _unrecognized(resource, content, f"Object 'Kind' is missing in '{text}'")
    if api != resource.api:
        raise bad_request(
            f"the API version in the data ({api}) does not match the expected API version"
            f" ({resource.api})"
        )


def _of_another_kind(resource: Resource, api: str, kind: str) -> Exception:
    version = api.rpartition("/")[2]
    internal = resource.group.split(".")[0] or "core"
    return bad_request(
        f'{kind} in version "{version}" cannot be handled as a {resource.kind}: converting'
        f" ({version}.{kind}) to ({internal}.{resource.kind}): unknown conversion"
    )


def _unrecognized(resource: Resource, content: bytes, why: str) -> Exception:
    return bad_request(
        f"the object provided is unrecognized (must be of type {resource.kind}): {why}"
        f" ({_excerpt(content)})"
    )


def _excerpt(content: bytes) -> str:
    if not content:
        return "<empty>"
    if not content.lstrip().startswith(b"{"):
        shown = content.hex()
    else:
        shown = content.decode(errors="replace")
    return shown if len(shown) <= _EXCERPT else f"{shown[:_EXCERPT]} ..."


def _go_words(error: json.JSONDecodeError) -> str:
    if error.pos >= len(error.doc.rstrip()):
        return "unexpected end of JSON input"
    info = "beginning of value"
    if "property name" in error.msg:
        info = "beginning of object key string"
    return f"invalid character '{error.doc[error.pos]}' looking for {info}"


def _go_type(value: object) -> str:
    names = {list: "array", str: "string", bool: "bool", int: "number", float: "number"}
    return names.get(type(value), "null")
