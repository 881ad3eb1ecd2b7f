"""From the options of a call to what a command is carried out with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from ..change.consent import Consent, NodeCheck
    from .session import Command


def given_consent(
    stop_vms: bool,
    only_vms: list[str] | None,
    no_restart_vms: bool,
    cycle_storage_network: bool,
) -> Consent:
    """What the options allow; raises BadParameter for what contradicts itself."""
    from ..change.consent import Consent
    from ..specs.disruption import vm_pattern

    if only_vms and not stop_vms:
        raise typer.BadParameter("--only-vms narrows --stop-vms; give that too")
    try:
        patterns = tuple(map(vm_pattern, only_vms or ()))
    except ValueError as error:
        raise typer.BadParameter(f"--only-vms: {error}") from error
    return Consent(
        stop_vms=stop_vms,
        only_vms=patterns,
        restart_vms=not no_restart_vms,
        cycle_storage_network=cycle_storage_network,
    )


def plan_ids(given: str | None) -> tuple[str, ...]:
    """The ids of `--reviewed-plan`; raises BadParameter."""
    from ..specs import provider

    try:
        return provider.plan_ids(given or "")
    except ValueError as error:
        raise typer.BadParameter(f"--reviewed-plan: {error}") from error


def node_check(
    wanted: bool,
    vlan: int | None,
    image: str | None = None,
    namespace: str | None = None,
) -> NodeCheck | None:
    """How the nodes are looked at, if they are; raises BadParameter."""
    from ..change.consent import NodeCheck
    from ..harvester.names import SYSTEM_NAMESPACE

    if not wanted:
        if vlan is not None or image or namespace:
            raise typer.BadParameter(
                "--verify-... says how to --verify-on-nodes; give that too"
            )
        return None
    return NodeCheck(vlan, image, namespace or SYSTEM_NAMESPACE)


def run_command(
    command: Command,
    kubeconfig: str | None,
    context: str | None,
    timeout: int,
    cluster_id: str | None = None,
    *,
    gently: bool = False,
) -> None:
    """Carry a command out, and end with its exit code. ``gently``: the first ^C lets the acts
    end that have begun.
    """
    from .session import Reach, run

    reach = Reach(kubeconfig, context, timeout, cluster_id)
    raise typer.Exit(run(command, reach, gently=gently))
