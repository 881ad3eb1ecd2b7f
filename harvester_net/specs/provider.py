"""The configuration of the provider: how the cluster is reached."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from .spec import Spec

OFFLINE = "harvester-net is offline: nothing on the cluster is looked at or changed"
"""What a run without a cluster says first."""


class Provider(Spec):
    """How the cluster is reached. Without any of it: KUBECONFIG, then `~/.kube/config`."""

    title: ClassVar[str] = "the provider"

    kubeconfig: str | None = Field(
        None,
        description="The text of a kubeconfig, or the path of one. Always a secret. "
        "Defaults to the environment variable `KUBECONFIG`, then `~/.kube/config`, then the "
        "account of the pod.",
        json_schema_extra={"secret": True},
    )
    context: str | None = Field(
        None, description="Name of the kubeconfig's context. Defaults to its current context."
    )
    cluster_id: str | None = Field(
        None,
        description="The cluster that is meant: the uid of its namespace `kube-system` "
        "(`kubectl get namespace kube-system -o jsonpath={.metadata.uid}`). Any other one is "
        "refused. What was made on one cluster is refused on another in any case, unless the "
        "environment variable `HARVESTER_NET_CLUSTER_ID` names it: for a cluster that was "
        "restored from a backup.",
    )
    offline: bool | None = Field(
        None,
        description="Whether to preview without reaching the cluster: nothing live is "
        "looked at, and every write is refused. Also `HARVESTER_NET_OFFLINE=true`. Defaults "
        "to false.",
    )
