"""`harvester-net uplink`: the commands.

What is unfinished is shown, finished and undone by the same commands as for the MTU: there is
one change at a time on a cluster.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from . import mtu
from .calls import given_consent, node_check, plan_ids, run_command
from .options import (
    SECONDS_TO_CHANGE,
    SECONDS_TO_READ,
    ChangeTimeout,
    ClusterId,
    Context,
    Kubeconfig,
    MaxParallel,
    MaxUnavailable,
    MigrateVms,
    MigrationTimeout,
    NodeTimeout,
    NoRestartVms,
    OnFailure,
    OnlyVms,
    PlanOutput,
    ReviewedPlan,
    StopTimeout,
    StopVms,
    VerifyImage,
    VerifyNamespace,
    VerifyOnNodes,
    VerifyVlan,
    WhenItFails,
    Yes,
)

if TYPE_CHECKING:
    from ..change.goals.network_config import ConfigDeletionGoal, ConfigGoal

uplink = typer.Typer(
    no_args_is_help=True,
    help="Change the uplink of a network config while its VMs run.",
)

Config = Annotated[
    str,
    typer.Argument(metavar="CONFIG", help="Name of the network config.", show_default=False),
]
Nics = Annotated[
    list[str] | None,
    typer.Option("--nic", metavar="NIC", help="A NIC of the new uplink. Repeatable."),
]
BondMode = Annotated[
    str | None, typer.Option(metavar="MODE", help="The new bond mode, such as 802.3ad.")
]
Miimon = Annotated[
    int | None, typer.Option(metavar="MILLISECONDS", help="The new interval of monitoring.")
]
NodeSelector = Annotated[
    list[str] | None,
    typer.Option(
        metavar="LABEL",
        help="KEY=VALUE asks for this label of nodes from now on, KEY- no longer. Repeatable.",
    ),
]
NewNetwork = Annotated[
    str | None,
    typer.Option(
        "--cluster-network", metavar="NAME", help="Move the config to this cluster network."
    ),
]
Delete = Annotated[bool, typer.Option("--delete", help="Delete the config.")]


@uplink.command("plan", short_help="Show the steps; nothing is changed.")
def plan(
    config: Config,
    nics: Nics = None,
    bond_mode: BondMode = None,
    miimon: Miimon = None,
    node_selector: NodeSelector = None,
    cluster_network: NewNetwork = None,
    delete: Delete = False,
    migrate_vms: MigrateVms = False,
    max_unavailable: MaxUnavailable = 1,
    stop_vms: StopVms = False,
    only_vms: OnlyVms = None,
    no_restart_vms: NoRestartVms = False,
    max_parallel: MaxParallel = None,
    verify_on_nodes: VerifyOnNodes = False,
    verify_vlan: VerifyVlan = None,
    output: Annotated[PlanOutput, typer.Option(help="How to write it.")] = PlanOutput.TEXT,
    kubeconfig: Kubeconfig = None,
    context: Context = None,
    timeout: ChangeTimeout = SECONDS_TO_READ,
) -> None:
    """Show the steps, and what stands against them; nothing is changed."""
    from .commands import plan_command

    goal = _goal(config, nics, bond_mode, miimon, node_selector, cluster_network, delete)
    consent = replace(
        given_consent(stop_vms, only_vms, no_restart_vms, cycle_storage_network=False),
        migrate_vms=migrate_vms,
        max_unavailable=max_unavailable,
        max_parallel=max_parallel,
        verify_on_nodes=node_check(verify_on_nodes, verify_vlan),
    )
    run_command(plan_command(goal, consent, output.value), kubeconfig, context, timeout)


@uplink.command("change", short_help="Carry the change out.")
def change(
    config: Config,
    nics: Nics = None,
    bond_mode: BondMode = None,
    miimon: Miimon = None,
    node_selector: NodeSelector = None,
    cluster_network: NewNetwork = None,
    delete: Delete = False,
    migrate_vms: MigrateVms = False,
    max_unavailable: MaxUnavailable = 1,
    stop_vms: StopVms = False,
    only_vms: OnlyVms = None,
    no_restart_vms: NoRestartVms = False,
    max_parallel: MaxParallel = None,
    on_failure: WhenItFails = OnFailure.STOP,
    migration_timeout: MigrationTimeout = 1800,
    stop_timeout: StopTimeout = 180,
    node_timeout: NodeTimeout = 300,
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

    goal = _goal(config, nics, bond_mode, miimon, node_selector, cluster_network, delete)
    consent = replace(
        given_consent(stop_vms, only_vms, no_restart_vms, cycle_storage_network=False),
        migrate_vms=migrate_vms,
        max_unavailable=max_unavailable,
        max_parallel=max_parallel,
        on_failure="rollBack" if on_failure is OnFailure.ROLL_BACK else "stop",
        migration_timeout_seconds=migration_timeout,
        stop_timeout_seconds=stop_timeout,
        node_timeout_seconds=node_timeout,
        verify_on_nodes=node_check(
            verify_on_nodes, verify_vlan, verify_image, verify_namespace
        ),
        reviewed_plans=plan_ids(reviewed_plan),
    )
    command = change_command(goal, consent, yes=yes, name="uplink change")
    run_command(command, kubeconfig, context, timeout, cluster_id, gently=True)


uplink.command("status", short_help="Show the unfinished change.")(mtu.status)
uplink.command("resume", short_help="Finish the unfinished change.")(mtu.resume)
uplink.command("roll-back", short_help="Go back to its start.")(mtu.roll_back)


def _goal(
    config: str,
    nics: list[str] | None,
    bond_mode: str | None,
    miimon: int | None,
    node_selector: list[str] | None,
    cluster_network: str | None,
    delete: bool,
) -> ConfigGoal | ConfigDeletionGoal:
    from .uplinks import goal_of

    goal, problems = goal_of(
        config, nics, bond_mode, miimon, node_selector, cluster_network, delete=delete
    )
    if problems:
        raise typer.BadParameter("; ".join(problems))
    return goal
