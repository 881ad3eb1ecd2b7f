"""How a life-cycle call ends when it does not end well."""

from __future__ import annotations

from ..cluster.errors import ClusterError, Remedy
from .differences import Properties

MADE_FIRST = (
    "if this program makes it, give the ClusterNetwork itself in place of its name, or let "
    "this depend on it, so that Pulumi makes it first"
)
"""The way out where a program has told Pulumi no order."""


class Refused(Exception):
    """The call is not carried out, and nothing was changed; the message says why and what to
    do.
    """


class Unfinished(Exception):
    """The object exists but is not as it should be; the next run goes on from here.

    Pulumi records the object with the reasons, shows them at each preview, and calls Update at
    the next `up` (P5).
    """

    def __init__(
        self, key: str, outputs: Properties, inputs: Properties, reasons: list[str]
    ) -> None:
        super().__init__("; ".join(reasons))
        self.key, self.outputs, self.inputs, self.reasons = key, outputs, inputs, reasons


REMEDIES = {
    Remedy.NAME_A_KUBECONFIG: (
        "; set KUBECONFIG, or `pulumi config set --secret harvester-net:kubeconfig` (text or "
        "path), to reach the cluster"
    ),
    Remedy.GO_OFFLINE: (
        " On a machine that is not meant to reach the cluster: `pulumi config set "
        "harvester-net:offline true`"
    ),
}
"""What the user of a program can do, as the end of a message."""


def describe(error: Exception) -> str:
    """An error as the user of a program reads it."""
    remedy = error.remedy if isinstance(error, ClusterError) else None
    return str(error) if remedy is None else f"{error}{REMEDIES[remedy]}"
