"""Who puts an object back as a repository has it: Fleet, Argo CD, Flux, by their marks."""

from __future__ import annotations

from collections.abc import Mapping

from ..cluster.resources import Object, annotations_of, labels_of
from ..printable import printable

_FLEET = "fleet.cattle.io/"
_SET = "objectset.rio.cattle.io/"
_ARGO = "argocd.argoproj.io/"
_FLUX = {
    "kustomize.toolkit.fluxcd.io/": "Kustomization",
    "helm.toolkit.fluxcd.io/": "HelmRelease",
}
_OWN = ("mcc-", "default-mcc-", "fleet-local-mcc-")
"""How the names begin of the bundles of Harvester itself, which leave networks alone."""
MARKS = (
    f"{_FLEET}bundle-name",
    f"{_FLEET}bundle-id",
    *(f"{_SET}{name}" for name in ("id", "owner-gvk", "owner-name", "owner-namespace")),
    f"{_ARGO}instance",
    f"{_ARGO}tracking-id",
    *(f"{prefix}{name}" for prefix in _FLUX for name in ("name", "namespace")),
)
"""The labels and annotations that name the owner."""


def keeper_of(obj: Object) -> str:
    """Who keeps an object as a repository has it, for the user; empty if nobody does."""
    marks = {**annotations_of(obj), **labels_of(obj)}
    return _flux(marks) or _argo_cd(marks) or _fleet(marks)


def _flux(marks: Mapping[str, str]) -> str:
    for prefix, kind in _FLUX.items():
        if name := marks.get(f"{prefix}name"):
            return f"Flux ({kind} {_key(marks.get(f'{prefix}namespace'), name)})"
    return ""


def _argo_cd(marks: Mapping[str, str]) -> str:
    if not _marked(marks, _ARGO):
        return ""
    # Its id is `application:group/kind:namespace/name`.
    tracked = str(marks.get(f"{_ARGO}tracking-id") or "").partition(":")[0]
    # Where the way of tracking is the label, that is one which charts write too.
    name = tracked or marks.get(f"{_ARGO}instance") or marks.get("app.kubernetes.io/instance")
    return f"Argo CD (application {printable(str(name))})" if name else "Argo CD"


def _fleet(marks: Mapping[str, str]) -> str:
    if kind := str(marks.get(f"{_SET}owner-gvk") or "").partition("Kind=")[2]:
        owner = _key(marks.get(f"{_SET}owner-namespace"), marks.get(f"{_SET}owner-name"))
        return f"{printable(kind)} {owner}".strip()
    named = (f"{_FLEET}bundle-name", f"{_FLEET}bundle-id", f"{_SET}id")
    name = next((str(marks[mark]) for mark in named if marks.get(mark)), "")
    if name.startswith(_OWN) or not (_marked(marks, _FLEET) or _marked(marks, _SET)):
        return ""
    return f"Fleet (bundle {printable(name)})" if name else "Fleet"


def _marked(marks: Mapping[str, str], prefix: str) -> bool:
    return any(mark.startswith(prefix) for mark in marks)


def _key(namespace: object, name: object) -> str:
    parts = (printable(str(part)) for part in (namespace, name) if part)
    return "/".join(parts)
