"""`harvester-net adopt`: the options of writing a program for a cluster that exists."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from .options import ChangeTimeout, Context, Kubeconfig

SECONDS = 300


class ProgramLanguage(StrEnum):
    """The language of the program."""

    PYTHON = "python"
    YAML = "yaml"
    TYPESCRIPT = "typescript"
    GO = "go"


Namespace = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME", help="Only VM networks of this namespace. Repeatable. Else of all."
    ),
]
Only = Annotated[
    list[str] | None,
    typer.Option(
        metavar="PATTERN",
        help="Only objects of this kind (VmNetwork), or of this kind and name, with * "
        "(VmNetwork/shop/*, NetworkConfig/rack-*). Repeatable.",
    ),
]
Output = Annotated[
    Path, typer.Option(metavar="DIR", help="Where the project goes.", show_default=False)
]
Force = Annotated[
    bool, typer.Option("--force", help="Replace files of the same names that are there.")
]
TerraformState = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="A state of Terraform; says what to take out of it afterwards.",
        show_default=False,
    ),
]


def adopt(
    language: Annotated[
        ProgramLanguage, typer.Option(help="Language of the program.")
    ] = ProgramLanguage.PYTHON,
    namespace: Namespace = None,
    only: Only = None,
    output: Output = Path(),
    force: Force = False,
    terraform_state: TerraformState = None,
    kubeconfig: Kubeconfig = None,
    context: Context = None,
    timeout: ChangeTimeout = SECONDS,
) -> None:
    """Write a Pulumi project for the networks that a cluster has, and the file that imports
    them. Nothing on the cluster is changed.
    """
    from ..adopt.project import Language
    from ..adopt.site import Wanted
    from .adopting import Place, adopting
    from .session import Reach, run

    place = Place(output, force=force)
    wanted = Wanted(namespace or (), only or ())
    command = adopting(Language(language), wanted, place, terraform_state)
    raise typer.Exit(run(command, Reach(kubeconfig, context, timeout)))
