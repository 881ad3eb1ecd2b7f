"""`harvester-net mtu`: the commands.

What they need of the engine is imported when they run, so that help and wrong calls are
answered at once.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from .calls import given_consent, node_check, plan_ids, run_command
from .options import (
    SECONDS_TO_CHANGE,
    SECONDS_TO_READ,
    ChangeTimeout,
    ClusterId,
    ClusterNetwork,
    Context,
    CycleStorageNetwork,
    Kubeconfig,
    MaxParallel,
    Mtu,
    NodeTimeout,
    NoRestartVms,
    OnFailure,
    OnlyVms,
    PlanOutput,
    ReviewedPlan,
    StatusOutput,
    StopTimeout,
    StopVms,
    StorageTimeout,
    VerifyImage,
    VerifyNamespace,
    VerifyOnNodes,
    VerifyVlan,
    WhenItFails,
    Yes,
)

if TYPE_CHECKING:
    from ..change.goals.mtu import MtuGoal

mtu = typer.Typer(
    no_args_is_help=True,
    help="Change the MTU of a cluster network that is in use.",
)


@mtu.command("plan", short_help="Show the steps; nothing is changed.")
def plan(
    cluster_network: ClusterNetwork,
    mtu: Mtu,
    stop_vms: StopVms = False,
    only_vms: OnlyVms = None,
    no_restart_vms: NoRestartVms = False,
    max_parallel: MaxParallel = None,
    cycle_storage_network: CycleStorageNetwork = False,
    verify_on_nodes: VerifyOnNodes = False,
    verify_vlan: VerifyVlan = None,
    output: Annotated[PlanOutput, typer.Option(help="How to write it.")] = PlanOutput.TEXT,
    kubeconfig: Kubeconfig = None,
    context: Context = None,
    timeout: ChangeTimeout = SECONDS_TO_READ,
) -> None:
    """Show the steps, and what stands against them; nothing is changed."""
    from .commands import plan_command

    consent = replace(
        given_consent(stop_vms, only_vms, no_restart_vms, cycle_storage_network),
        max_parallel=max_parallel,
        verify_on_nodes=node_check(verify_on_nodes, verify_vlan),
    )
    command = plan_command(_goal(cluster_network, mtu), consent, output.value)
    run_command(command, kubeconfig, context, timeout)


@mtu.command("change", short_help="Carry the change out.")
def change(
    cluster_network: ClusterNetwork,
    mtu: Mtu,
    stop_vms: StopVms = False,
    only_vms: OnlyVms = None,
    no_restart_vms: NoRestartVms = False,
    max_parallel: MaxParallel = None,
    cycle_storage_network: CycleStorageNetwork = False,
    on_failure: WhenItFails = OnFailure.STOP,
    stop_timeout: StopTimeout = 180,
    node_timeout: NodeTimeout = 300,
    storage_timeout: StorageTimeout = 1800,
    verify_on_nodes: VerifyOnNodes = False,
    verify_vlan: VerifyVlan = None,
    verify_image: VerifyImage = None,
    verify_namespace: VerifyNamespace = None,
    reviewed_plan: ReviewedPlan = None,
    yes: Yes = False,
    kubeconfig: Kubeconfig = None,
    context: Context = None,
    cluster_id: ClusterId = None,
    timeout: ChangeTimeout = SECONDS_TO_CHANGE,
) -> None:
    """Carry the change out, after a change that an earlier run left unfinished."""
    from .commands import change_command

    consent = replace(
        given_consent(stop_vms, only_vms, no_restart_vms, cycle_storage_network),
        max_parallel=max_parallel,
        on_failure="rollBack" if on_failure is OnFailure.ROLL_BACK else "stop",
        stop_timeout_seconds=stop_timeout,
        node_timeout_seconds=node_timeout,
        storage_timeout_seconds=storage_timeout,
        verify_on_nodes=node_check(
            verify_on_nodes, verify_vlan, verify_image, verify_namespace
        ),
        reviewed_plans=plan_ids(reviewed_plan),
    )
    command = change_command(_goal(cluster_network, mtu), consent, yes=yes)
    run_command(command, kubeconfig, context, timeout, cluster_id, gently=True)


@mtu.command("status", short_help="Show the unfinished change.")
def status(
    output: Annotated[StatusOutput, typer.Option(help="How to write it.")] = StatusOutput.TEXT,
    exit_code: Annotated[
        bool,
        typer.Option(
            "--exit-code",
            help="End with 4 if a change is unfinished and nobody works on it, for alarms.",
        ),
    ] = False,
    kubeconfig: Kubeconfig = None,
    context: Context = None,
    timeout: ChangeTimeout = SECONDS_TO_READ,
) -> None:
    """Show the unfinished change, who works on it, and what stands where."""
    from .commands import status_command

    run_command(
        status_command(output.value, exit_code=exit_code), kubeconfig, context, timeout
    )


@mtu.command("resume", short_help="Finish the unfinished change.")
def resume(
    without_verification: Annotated[
        bool,
        typer.Option(
            "--without-verification",
            help="Do not look at the devices of the nodes, as the change was to do.",
        ),
    ] = False,
    verify_image: VerifyImage = None,
    verify_namespace: VerifyNamespace = None,
    yes: Yes = False,
    kubeconfig: Kubeconfig = None,
    context: Context = None,
    cluster_id: ClusterId = None,
    timeout: ChangeTimeout = SECONDS_TO_CHANGE,
) -> None:
    """Finish the change that an earlier run left unfinished."""
    from ..harvester.names import SYSTEM_NAMESPACE
    from .commands import resume_command

    command = resume_command(
        backwards=False,
        without_verification=without_verification,
        image=verify_image,
        namespace=verify_namespace or SYSTEM_NAMESPACE,
        yes=yes,
    )
    run_command(command, kubeconfig, context, timeout, cluster_id, gently=True)


@mtu.command("roll-back", short_help="Go back to its start.")
def roll_back(
    yes: Yes = False,
    kubeconfig: Kubeconfig = None,
    context: Context = None,
    cluster_id: ClusterId = None,
    timeout: ChangeTimeout = SECONDS_TO_CHANGE,
) -> None:
    """Go back to where the unfinished change began."""
    from .commands import resume_command

    command = resume_command(backwards=True, yes=yes)
    run_command(command, kubeconfig, context, timeout, cluster_id, gently=True)


def _goal(cluster_network: str, mtu: int) -> MtuGoal:
    from .commands import goal_of

    goal, problems = goal_of(cluster_network, mtu)
    if problems:
        raise typer.BadParameter("; ".join(problems))
    return goal
