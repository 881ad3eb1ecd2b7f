"""The configuration of the provider: how the cluster is reached."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from .spec import Spec


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
    offline: bool | None = Field(
        None,
        description="Whether to preview without reaching the cluster: nothing live is "
        "looked at, and every write is refused. Also `HARVESTER_NET_OFFLINE=true`. Defaults "
        "to false.",
    )
