"""Who keeps an object as a repository has it."""

from __future__ import annotations

import pytest

from harvester_net.harvester.gitops import keeper_of

from ... import objects

SET = "objectset.rio.cattle.io"
ARGO = "argocd.argoproj.io"
FLUX = "kustomize.toolkit.fluxcd.io"
HELM = "helm.toolkit.fluxcd.io"
BY_CHART = {"app.kubernetes.io/instance": "infra", "app.kubernetes.io/managed-by": "Helm"}
OWNER = {
    f"{SET}/owner-gvk": "k3s.cattle.io/v1, Kind=Addon",
    f"{SET}/owner-name": "networks",
    f"{SET}/owner-namespace": "kube-system",
}


@pytest.mark.parametrize(
    ("labels", "annotations", "keeper"),
    [
        ({}, {}, ""),
        ({"team": "a"}, {"note": "b"}, ""),
        (BY_CHART, {}, ""),
        ({f"{SET}/hash": "1"}, {f"{SET}/id": "default-infra"}, "Fleet (bundle default-infra)"),
        ({f"{SET}/hash": "1"}, {}, "Fleet"),
        ({"fleet.cattle.io/bundle-name": "infra"}, {}, "Fleet (bundle infra)"),
        ({"fleet.cattle.io/managed": "true"}, {}, "Fleet"),
        ({f"{SET}/hash": "1"}, {f"{SET}/id": "default-mcc-harvester"}, ""),
        ({}, OWNER, "Addon kube-system/networks"),
        (
            {},
            {f"{ARGO}/tracking-id": "infra:network.harvesterhci.io/VlanConfig:default/nc-1"},
            "Argo CD (application infra)",
        ),
        ({f"{ARGO}/instance": "infra"}, {}, "Argo CD (application infra)"),
        (BY_CHART, {f"{ARGO}/sync-wave": "1"}, "Argo CD (application infra)"),
        ({}, {f"{ARGO}/sync-options": "Prune=false"}, "Argo CD"),
        (
            {f"{FLUX}/name": "infra", f"{FLUX}/namespace": "flux-system"},
            {},
            "Flux (Kustomization flux-system/infra)",
        ),
        ({f"{HELM}/name": "infra"}, {}, "Flux (HelmRelease infra)"),
        ({}, {f"{SET}/id": "a\x1b[2Jb"}, "Fleet (bundle a\\x1b[2Jb)"),
    ],
)
def test_owner_is_known_by_its_marks(
    labels: dict[str, str], annotations: dict[str, str], keeper: str
) -> None:
    obj = objects.config("nc-1", labels=labels, annotations=annotations)
    assert keeper_of(obj) == keeper
