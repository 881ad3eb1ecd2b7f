"""What the engine says in the words of a Pulumi program, in the words of the command line."""

from __future__ import annotations

DEBUG = "HARVESTER_NET_DEBUG"
"""Set in the environment, it shows tracebacks."""

GO_ON = (
    "To go on: harvester-net mtu resume. To go back to the start: harvester-net mtu "
    "roll-back. What stands where: harvester-net mtu status"
)

SPOKEN = {
    "disruption.stopVms: true": "--stop-vms",
    "disruption.onlyVms": "--only-vms",
    "disruption.cycleStorageNetwork: true": "--cycle-storage-network",
    "disruption.verifyOnNodes": "--verify-on-nodes",
    "set KUBECONFIG, or `pulumi config set --secret harvester-net:kubeconfig` (text or path), "
    "to reach the cluster": "set KUBECONFIG, or give --kubeconfig",
    "harvester-net:kubeconfig is neither the text of a kubeconfig nor the path of a file that "
    "is here": "--kubeconfig names no file that is here; give the path of a kubeconfig",
    " On a machine that is not meant to reach the cluster: `pulumi config set "
    "harvester-net:offline true`": "",
}


def spoken(message: str) -> str:
    """A message of the engine as a user of the command line reads it."""
    for written, said in SPOKEN.items():
        message = message.replace(written, said)
    return message


def unexpected(error: Exception) -> str:
    """An error that is our mistake, in one line."""
    return (
        f"harvester-net did not expect this: {type(error).__name__}: {error}; {DEBUG}=1 shows "
        "where it comes from"
    )
