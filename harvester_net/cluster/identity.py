"""Which cluster it is: the uid of its namespace kube-system, which no two clusters share.

Names, and contexts of kubeconfigs, are often equal on staging and production; this uid is not.
"""

from __future__ import annotations

import math

from .access import CLUSTER_ID
from .cluster import Cluster
from .deadline import Deadline
from .errors import Forbidden, WrongCluster
from .resources import NAMESPACE

KEY = "kube-system"


async def cluster_id(cluster: Cluster, deadline: Deadline) -> str:
    """The identity, asked for once in a run; empty where it may not be read.

    Raises WrongCluster if the user has named another one.
    """
    wanted = cluster.connection.settings.cluster_id
    try:
        found = await cluster.get_lately(NAMESPACE, KEY, math.inf, deadline)
    except Forbidden as error:
        if wanted:
            raise WrongCluster(
                f"whether it is cluster {wanted} cannot be told: {error}"
            ) from error
        return ""
    known = str(found["metadata"]["uid"]) if found else ""
    if wanted and known != wanted:
        raise WrongCluster(
            f"this is another cluster than the one that is wanted: {cluster.connection.where} "
            f"has the id {known} (uid of its namespace {KEY}), wanted is {wanted}"
        )
    return known


async def require_same(cluster: Cluster, recorded: str, what: str, deadline: Deadline) -> str:
    """The identity, which must be the recorded one, where both are known.

    ``what`` was made there. Raises WrongCluster, unless the user has named this cluster:
    whoever restored it from a backup has the objects and another identity.
    """
    known = await cluster_id(cluster, deadline)
    if known and recorded and known != recorded and not cluster.connection.settings.cluster_id:
        raise WrongCluster(
            f"{what} was made on another cluster (id {recorded}) than this one: "
            f"{cluster.connection.where} has the id {known} (uid of its namespace {KEY}). "
            "Nothing was changed. Is the kubeconfig the right one? If it is, and this cluster "
            f"was restored from a backup: {CLUSTER_ID}={known}",
        )
    return known
