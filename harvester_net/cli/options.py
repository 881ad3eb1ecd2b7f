"""The options and arguments that commands share, each with its help."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

SECONDS_TO_CHANGE = 4 * 3600
SECONDS_TO_READ = 60


class PlanOutput(StrEnum):
    """How a plan is written."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


class StatusOutput(StrEnum):
    """How the status is written."""

    TEXT = "text"
    JSON = "json"


class OnFailure(StrEnum):
    """What happens when a change cannot be finished."""

    STOP = "stop"
    ROLL_BACK = "roll-back"


ClusterNetwork = Annotated[
    str,
    typer.Argument(
        metavar="CLUSTER_NETWORK", help="Name of the cluster network.", show_default=False
    ),
]
Mtu = Annotated[
    int,
    typer.Argument(
        metavar="MTU", help="MTU in bytes: 576 to 9000, or 0 for 1500.", show_default=False
    ),
]
Kubeconfig = Annotated[
    str | None,
    typer.Option(metavar="PATH", help="The kubeconfig. Else KUBECONFIG, then ~/.kube/config."),
]
Context = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Context of the kubeconfig, if not its current one."),
]
ClusterId = Annotated[
    str | None,
    typer.Option(
        metavar="UID",
        envvar="HARVESTER_NET_CLUSTER_ID",
        help="The cluster that is meant, by the uid of its namespace kube-system: no other is "
        "touched, and a change begun on the cluster that it was restored from goes on.",
    ),
]
Yes = Annotated[
    bool, typer.Option("--yes", "-y", help="Interrupt what the plan says without a question.")
]
StopVms = Annotated[
    bool, typer.Option("--stop-vms", help="The VMs that block the change may be stopped.")
]
MigrateVms = Annotated[
    bool,
    typer.Option(
        "--migrate-vms", help="The VMs that block the change may be migrated to other nodes."
    ),
]
MaxUnavailable = Annotated[
    int,
    typer.Option(
        metavar="NUMBER", min=1, help="Cordon at most so many nodes at once, to migrate VMs."
    ),
]
MigrationTimeout = Annotated[
    int, typer.Option(metavar="SECONDS", min=1, help="Wait so long for a VM to be migrated.")
]
OnlyVms = Annotated[
    list[str] | None,
    typer.Option(
        metavar="PATTERN",
        help="Only these VMs (namespace/name, each with *) may be stopped. Repeatable.",
    ),
]
NoRestartVms = Annotated[
    bool, typer.Option("--no-restart-vms", help="Leave the stopped VMs stopped.")
]
MaxParallel = Annotated[
    int | None,
    typer.Option(
        metavar="NUMBER",
        min=1,
        help="Stop, and start, at most so many VMs at once. Else 5 for each node.",
    ),
]
CycleStorageNetwork = Annotated[
    bool,
    typer.Option(
        "--cycle-storage-network",
        help="The storage and RWX networks may be cleared and set again.",
    ),
]
WhenItFails = Annotated[
    OnFailure,
    typer.Option(
        "--on-failure", help="Stop at a safe point, or go back to the start by itself."
    ),
]
StopTimeout = Annotated[
    int,
    typer.Option(
        metavar="SECONDS", min=1, help="Wait so long for a VM beyond its grace period."
    ),
]
NodeTimeout = Annotated[
    int,
    typer.Option(
        metavar="SECONDS", min=1, help="Wait so long for nodes to set an uplink up or down."
    ),
]
StorageTimeout = Annotated[
    int,
    typer.Option(
        metavar="SECONDS", min=1, help="Wait so long for volumes and the storage network."
    ),
]
ReviewedPlan = Annotated[
    str | None,
    typer.Option(
        metavar="ID",
        envvar="HARVESTER_NET_REVIEWED_PLAN",
        help="Carry out the plan with this id, as mtu plan shows it, and no other one.",
    ),
]
VerifyOnNodes = Annotated[
    bool,
    typer.Option(
        "--verify-on-nodes",
        help="Prove the end on the devices of every node before the VMs start again.",
    ),
]
VerifyVlan = Annotated[
    int | None,
    typer.Option(
        metavar="ID",
        min=1,
        max=4094,
        help="Also ping between all nodes over this VLAN, with full frames.",
    ),
]
VerifyImage = Annotated[
    str | None,
    typer.Option(metavar="IMAGE", help="Image of the pods that look; see verify --help."),
]
VerifyNamespace = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Namespace of these pods. Else harvester-system."),
]
ChangeTimeout = Annotated[
    int, typer.Option(metavar="SECONDS", min=1, help="Limit of the whole command.")
]
