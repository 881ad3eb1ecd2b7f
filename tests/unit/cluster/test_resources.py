"""Paths of objects: a name is one segment, whoever says it."""

from __future__ import annotations

import pytest

from harvester_net.cluster.errors import Rejected
from harvester_net.cluster.resources import NAD, NODE, VLAN_CONFIG


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (VLAN_CONFIG.path(), "/apis/network.harvesterhci.io/v1beta1/vlanconfigs"),
        (NODE.path_of("node1.example.org"), "/api/v1/nodes/node1.example.org"),
        (
            NAD.path("tenants"),
            "/apis/k8s.cni.cncf.io/v1/namespaces/tenants/network-attachment-definitions",
        ),
        (
            NAD.path_of("web"),
            "/apis/k8s.cni.cncf.io/v1/namespaces/default/network-attachment-definitions/web",
        ),
        (NODE.path_of("a?b#c"), "/api/v1/nodes/a%3Fb%23c"),
    ],
)
def test_path_names_exactly_one_object(path: str, said: str) -> None:
    assert path == said


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../../../../apis/apps/v1/namespaces/longhorn-system/daemonsets/longhorn-manager",
        "a/b",
        "%2e%2e",
        "a\\b",
        "a b",
        "a\nb",
        "a\x00",
    ],
)
def test_what_is_no_name_leads_nowhere(name: str) -> None:
    with pytest.raises(Rejected, match="is no name that an object can have"):
        VLAN_CONFIG.path_of(name)


@pytest.mark.parametrize("key", ["../kube-system/web", "default/..", "a/b/c/d", "default/"])
def test_what_is_no_key_leads_nowhere(key: str) -> None:
    with pytest.raises(Rejected):
        NAD.path_of(key)
