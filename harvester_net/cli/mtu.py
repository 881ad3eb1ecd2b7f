"""`harvester-net mtu`: the commands and their options.

What they need of the engine is imported when they run, so that help and wrong calls are
answered at once.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ..change.consent import Consent
    from ..change.record import Goal
    from .session import Command

mtu = typer.Typer(
    no_args_is_help=True,
    help="Change the MTU of a cluster network that is in use.",
)

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
StopVms = Annotated[
    bool, typer.Option("--stop-vms", help="The VMs that block the change may be stopped.")
]
OnlyVms = Annotated[
    list[str] | None,
    typer.Option(
        metavar="PATTERN",
        help="Only these VMs (namespace/name, with *) may be stopped. Repeatable.",
    ),
]
NoRestartVms = Annotated[
    bool, typer.Option("--no-restart-vms", help="Leave the stopped VMs stopped.")
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
ChangeTimeout = Annotated[
    int, typer.Option(metavar="SECONDS", min=1, help="Limit of the whole command.")
]


@mtu.command("plan", short_help="Show the steps; nothing is changed.")
def plan(
    cluster_network: ClusterNetwork,
    mtu: Mtu,
    stop_vms: StopVms = False,
    only_vms: OnlyVms = None,
    no_restart_vms: NoRestartVms = False,
    cycle_storage_network: CycleStorageNetwork = False,
    output: Annotated[PlanOutput, typer.Option(help="How to write it.")] = PlanOutput.TEXT,
    kubeconfig: Kubeconfig = None,
    context: Context = None,
    timeout: ChangeTimeout = SECONDS_TO_READ,
) -> None:
    """Show the steps, and what stands against them; nothing is changed."""
    from .commands import planning

    consent = _consent(stop_vms, only_vms, no_restart_vms, cycle_storage_network)
    command = planning(_goal(cluster_network, mtu), consent, output.value)
    _run(command, kubeconfig, context, timeout)


@mtu.command("change", short_help="Carry the change out.")
def change(
    cluster_network: ClusterNetwork,
    mtu: Mtu,
    stop_vms: StopVms = False,
    only_vms: OnlyVms = None,
    no_restart_vms: NoRestartVms = False,
    cycle_storage_network: CycleStorageNetwork = False,
    on_failure: WhenItFails = OnFailure.STOP,
    stop_timeout: StopTimeout = 180,
    node_timeout: NodeTimeout = 300,
    storage_timeout: StorageTimeout = 1800,
    kubeconfig: Kubeconfig = None,
    context: Context = None,
    timeout: ChangeTimeout = SECONDS_TO_CHANGE,
) -> None:
    """Carry the change out, after a change that an earlier run left unfinished."""
    from .commands import changing

    consent = replace(
        _consent(stop_vms, only_vms, no_restart_vms, cycle_storage_network),
        on_failure="rollBack" if on_failure is OnFailure.ROLL_BACK else "stop",
        stop_timeout_seconds=stop_timeout,
        node_timeout_seconds=node_timeout,
        storage_timeout_seconds=storage_timeout,
    )
    command = changing(_goal(cluster_network, mtu), consent)
    _run(command, kubeconfig, context, timeout, gently=True)


@mtu.command("status", short_help="Show the unfinished change.")
def status(
    output: Annotated[StatusOutput, typer.Option(help="How to write it.")] = StatusOutput.TEXT,
    kubeconfig: Kubeconfig = None,
    context: Context = None,
    timeout: ChangeTimeout = SECONDS_TO_READ,
) -> None:
    """Show the unfinished change, who works on it, and what stands where."""
    from .commands import telling_status

    _run(telling_status(output.value), kubeconfig, context, timeout)


@mtu.command("resume", short_help="Finish the unfinished change.")
def resume(
    kubeconfig: Kubeconfig = None,
    context: Context = None,
    timeout: ChangeTimeout = SECONDS_TO_CHANGE,
) -> None:
    """Finish the change that an earlier run left unfinished."""
    from .commands import resuming

    _run(resuming(backwards=False), kubeconfig, context, timeout, gently=True)


@mtu.command("roll-back", short_help="Go back to its start.")
def roll_back(
    kubeconfig: Kubeconfig = None,
    context: Context = None,
    timeout: ChangeTimeout = SECONDS_TO_CHANGE,
) -> None:
    """Go back to where the unfinished change began."""
    from .commands import resuming

    _run(resuming(backwards=True), kubeconfig, context, timeout, gently=True)


def _goal(cluster_network: str, mtu: int) -> Goal:
    from .commands import goal_of

    goal, problems = goal_of(cluster_network, mtu)
    if problems:
        raise typer.BadParameter("; ".join(problems))
    return goal


def _consent(
    stop_vms: bool,
    only_vms: list[str] | None,
    no_restart_vms: bool,
    cycle_storage_network: bool,
) -> Consent:
    from ..change.consent import Consent

    if only_vms and not stop_vms:
        raise typer.BadParameter("--only-vms narrows --stop-vms; give that too")
    return Consent(
        stop_vms=stop_vms,
        only_vms=tuple(only_vms or ()),
        restart_vms=not no_restart_vms,
        cycle_storage_network=cycle_storage_network,
    )


def _run(
    command: Command,
    kubeconfig: str | None,
    context: str | None,
    timeout: int,
    *,
    gently: bool = False,
) -> None:
    from .session import Reach, run

    raise typer.Exit(run(command, Reach(kubeconfig, context, timeout), gently=gently))
