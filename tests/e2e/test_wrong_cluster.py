"""Staging and production have equal names: what was made on one is refused on the other."""

from __future__ import annotations

from lab import Lab

from .programs import CLUSTER_NETWORKS, cluster_network
from .stack import Stack

KUBE_SYSTEM = "/api/v1/namespaces/kube-system"


def test_what_was_made_on_one_cluster_is_refused_on_another(
    stack: Stack, lab: Lab, fresh_lab: Lab
) -> None:
    stack.program(cluster_network()).up().succeeded()
    made = lab.client.get(f"{CLUSTER_NETWORKS}/cn-data")
    meta = {name: made["metadata"][name] for name in ("name", "annotations")}
    fresh_lab.client.create(CLUSTER_NETWORKS, made | {"metadata": meta})
    theirs = str(fresh_lab.client.get(KUBE_SYSTEM)["metadata"]["uid"])
    twin = fresh_lab.client.get(f"{CLUSTER_NETWORKS}/cn-data")
    home = stack.environ["KUBECONFIG"]
    stack.environ["KUBECONFIG"] = str(fresh_lab.kubeconfig)
    try:
        for command in (stack.preview, stack.up, stack.destroy):
            said = command().failed().output
            assert "ClusterNetwork cn-data was made on another cluster" in said
            assert f"{fresh_lab.url} (context" in said
            assert f"HARVESTER_NET_CLUSTER_ID={theirs}" in said
        assert fresh_lab.client.get(f"{CLUSTER_NETWORKS}/cn-data") == twin
        # On a cluster that was restored from a backup it is the same object.
        stack.environ["HARVESTER_NET_CLUSTER_ID"] = theirs
        assert stack.up().succeeded().counts == {"unchanged": 2}
        del stack.environ["HARVESTER_NET_CLUSTER_ID"]
        assert stack.preview("--expect-no-changes").succeeded()
    finally:
        stack.environ["KUBECONFIG"] = home
    # The state is that of the restored cluster now.
    stack.run("state", "delete", "--yes", _urn(stack)).succeeded()
    lab.client.delete(f"{CLUSTER_NETWORKS}/cn-data")


def _urn(stack: Stack) -> str:
    return str(stack.state()["cn-data"]["urn"])
