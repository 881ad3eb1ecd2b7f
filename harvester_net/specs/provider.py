"""The configuration of the provider: how the cluster is reached."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from .spec import Spec

OFFLINE = "harvester-net is offline: nothing on the cluster is looked at or changed"
"""What a run without a cluster says first."""
RECORDED = "harvester-net looks at no cluster, and changes nothing"
"""What a run that looks at a snapshot says first, with the file."""
_PLAN_ID = re.compile(r"[0-9a-f]{12}-\d{1,6}-\d{1,6}")


def plan_ids(text: str) -> tuple[str, ...]:
    """The ids of reviewed plans in a text with commas; raises ValueError if one is none."""
    ids = tuple(part.strip() for part in text.split(",") if part.strip())
    for found in ids:
        if not _PLAN_ID.fullmatch(found):
            raise ValueError(
                f"'{found}' is not the id of a plan, such as 3f2a9c01d2e4-12-31, which the "
                "preview of a change ends with"
            )
    return ids


def _reviewed(value: str) -> str:
    if not plan_ids(value):
        raise ValueError("is empty; give the id of a plan, or leave it out")
    return value


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
    reviewed_plan: Annotated[str, AfterValidator(_reviewed)] | None = Field(
        None,
        description="The id of the plan that was reviewed, as the preview shows it; several "
        "with commas. A change that would interrupt anything by another plan is refused, with "
        "the plan as it is now. Also `HARVESTER_NET_REVIEWED_PLAN`. Defaults to any plan.",
    )
    snapshot: str | None = Field(
        None,
        description="The path of a file that `harvester-net snapshot` wrote. Previews see the "
        "cluster as it was then, judge by it and answer functions from it; no cluster is "
        "reached, and every write is refused. Also `HARVESTER_NET_SNAPSHOT`.",
    )
    offline: bool | None = Field(
        None,
        description="Whether to preview without reaching the cluster: nothing live is "
        "looked at, and every write is refused. Also `HARVESTER_NET_OFFLINE=true`. Defaults "
        "to false.",
    )
