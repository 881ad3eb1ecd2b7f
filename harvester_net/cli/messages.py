"""What the command line says of errors: its own options and commands as the way out."""

from __future__ import annotations

from ..change import report
from ..change.errors import ChangeError, ChangeStopped, Input
from ..cluster.errors import ClusterError, Remedy
from ..printable import printable

DEBUG = "HARVESTER_NET_DEBUG"
"""Set in the environment, it shows tracebacks."""

GO_ON = (
    "To go on: harvester-net mtu resume. To go back to the start: harvester-net mtu roll-back"
)
WHERE_IT_STANDS = f"{GO_ON}. What stands where: harvester-net mtu status"
WITHOUT_VERIFICATION = (
    "Repair it and go on; or go on without verification: harvester-net mtu resume "
    "--without-verification"
)

INPUTS: dict[Input, str] = {
    "stopVms": "--stop-vms",
    "stopVms or migrateVms": "--migrate-vms, or --stop-vms",
    "maxUnavailable": "--max-unavailable",
    "onlyVms": "--only-vms",
    "cycleStorageNetwork": "--cycle-storage-network",
    "verifyOnNodes": "--verify-on-nodes",
    "verifyOnNodes.image": (
        "--verify-image and --verify-namespace, or do without: --without-verification"
    ),
    "reviewedPlan": "--reviewed-plan",
}
"""The inputs of the consent as options."""

REMEDIES = {
    Remedy.NAME_A_KUBECONFIG: "; set KUBECONFIG, or give --kubeconfig",
    Remedy.GO_OFFLINE: "",
}


def describe(error: BaseException) -> str:
    """An error as a user of the command line reads it."""
    if isinstance(error, ChangeError):
        words = report.error_text(error, INPUTS)
        failed = isinstance(error, ChangeStopped) and error.verification_failed
        return f"{words}. {WITHOUT_VERIFICATION}" if failed else words
    remedy = error.remedy if isinstance(error, ClusterError) else None
    return str(error) if remedy is None else f"{error}{REMEDIES[remedy]}"


def unexpected(error: Exception) -> str:
    """An error that is our mistake, in one line."""
    return (
        f"harvester-net did not expect this: {type(error).__name__}: {printable(str(error))}; "
        f"{DEBUG}=1 shows where it comes from"
    )
