"""`harvester-net rbac`: the roles that give harvester-net what it needs, and no more."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


class Purpose(StrEnum):
    """What somebody is to do with harvester-net."""

    PREVIEW = "preview"
    NETWORKS = "networks"
    CHANGES = "changes"
    UPLINKS = "uplinks"
    VERIFY = "verify"


For = Annotated[
    list[Purpose] | None,
    typer.Option(
        "--for",
        help="Only what this needs: preview (also mtu plan, mtu status, snapshot), networks "
        "(pulumi up), changes (of networks in use), uplinks (changed while VMs are migrated; "
        "with changes), verify (the look at the nodes). "
        "Repeatable. Else all.",
        show_default=False,
    ),
]


def rbac(purposes: For = None) -> None:
    """Print the least ClusterRole and Roles as YAML. The cluster is not asked."""
    from .render.roles import text

    wanted = [purpose for purpose in Purpose if not purposes or purpose in purposes]
    print(text([purpose.value for purpose in wanted]), end="")
