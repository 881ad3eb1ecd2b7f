"""How an object is to be deleted, as a request says it in its body or its query."""

from __future__ import annotations

from harvester_net.lab.apiserver import bodies
from harvester_net.lab.apiserver.deletions import Deletion
from harvester_net.lab.apiserver.errors import Cause, bad_request, invalid
from harvester_net.lab.apiserver.objects import Object
from harvester_net.lab.apiserver.requests import RequestInfo, unknown_dry_run

_POLICIES = ("Foreground", "Background", "Orphan")


def options_of(info: RequestInfo, content: bytes) -> tuple[Deletion, bool]:
    """The deletion, and whether it is a dry run; raises 400 and 422."""
    options = _read(content)
    conditions = options.get("preconditions") or {}
    policy = options.get("propagationPolicy") or info.query.get("propagationPolicy")
    if policy not in (None, *_POLICIES):
        raise _unknown_policy(str(policy))
    if policy is None:
        policy = "Orphan" if options.get("orphanDependents") else "Background"
    grace = options.get("gracePeriodSeconds", info.query.get("gracePeriodSeconds"))
    how = Deletion(
        uid=conditions.get("uid"),
        version=conditions.get("resourceVersion"),
        propagation=policy,
        grace=None if grace is None else int(grace),
    )
    return how, info.is_dry_run() or _is_dry_run(options)


def _read(content: bytes) -> Object:
    if not content.strip():
        return {}
    try:
        options = bodies.parsed(content)
    except ValueError as error:
        raise bad_request(f"couldn't get version/kind; json parse error: {error}") from error
    if not isinstance(options, dict):
        raise bad_request("couldn't get version/kind; json parse error: no object")
    if options.get("kind", "DeleteOptions") != "DeleteOptions":
        version = options.get("apiVersion", "")
        raise bad_request(
            f'no kind "{options["kind"]}" is registered for version "{version}" in scheme'
            ' "pkg/runtime/scheme.go:111"'
        )
    return options


def _is_dry_run(options: Object) -> bool:
    values = options.get("dryRun") or []
    for value in values:
        if value != "All":
            raise unknown_dry_run("DeleteOptions", value)
    return bool(values)


def _unknown_policy(policy: str) -> Exception:
    supported = '"Foreground", "Background", "Orphan", "nil"'
    why = f'Unsupported value: "{policy}": supported values: {supported}'
    cause = Cause("propagationPolicy", "FieldValueNotSupported", why)
    return invalid("meta.k8s.io", "DeleteOptions", "", [cause])
