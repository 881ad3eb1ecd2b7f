"""What users may do, asked by themselves: answered and not kept."""

from __future__ import annotations

from harvester_net.lab.apiserver.admission import User
from harvester_net.lab.apiserver.builtin import ACCESS_REVIEWS
from harvester_net.lab.apiserver.errors import invalid, invalid_value
from harvester_net.lab.apiserver.objects import Object
from harvester_net.lab.apiserver.rbac import ALL_RULES, MASTERS, Attributes, Authorizer
from harvester_net.lab.apiserver.resources import Resource


def answer(resource: Resource, obj: Object, user: User, authorizer: Authorizer) -> Object:
    """The review with its status; raises 422."""
    spec = obj.get("spec") or {}
    if resource.id == ACCESS_REVIEWS.id:
        found = {"spec": spec, "status": _access(spec, user, authorizer)}
    else:
        found = {"spec": {}, "status": _rules(spec.get("namespace", ""), user, authorizer)}
    return {"kind": resource.kind, "apiVersion": resource.api, "metadata": {}} | found


def _access(spec: Object, user: User, authorizer: Authorizer) -> Object:
    info, path = spec.get("resourceAttributes"), spec.get("nonResourceAttributes")
    if bool(info) == bool(path):
        why = "exactly one of nonResourceAttributes or resourceAttributes must be specified"
        cause = invalid_value("spec.resourceAttributes", "null", why)
        raise invalid(ACCESS_REVIEWS.group, "", "", [cause])
    reason = authorizer.reason(user, _attributes(info or {}, path or {}))
    if reason is None:
        return {"allowed": False}
    return {"allowed": True, "reason": reason} if reason else {"allowed": True}


def _attributes(info: Object, path: Object) -> Attributes:
    if path:
        return Attributes(path.get("verb", ""), path=path.get("path", ""))
    subresource = info.get("subresource")
    resource = info.get("resource", "")
    return Attributes(
        info.get("verb", ""),
        info.get("group", ""),
        f"{resource}/{subresource}" if subresource else resource,
        info.get("namespace", ""),
        info.get("name", ""),
    )


def _rules(namespace: str, user: User, authorizer: Authorizer) -> Object:
    """All rules as they are bound; those of several bindings are not put together."""
    found = list(ALL_RULES) if MASTERS in user.groups else []
    for grant in authorizer.grants(user, namespace):
        found += [rule for rule in grant.rules if rule not in found]
    return {
        "resourceRules": [rule for rule in found if "resources" in rule],
        "nonResourceRules": [rule for rule in found if "nonResourceURLs" in rule],
        "incomplete": False,
    }
