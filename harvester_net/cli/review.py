"""`harvester-net review`: the options of a preview as a comment."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ..review.hosts.place import Host
from .options import Context, Kubeconfig

CODES = """Exit codes: 0 the comment is written (and, with --post, posted if there is a pull
request); 1 an error; 2 a wrong call. With --fail-on, from that level on: 3 refused, or the
preview failed; 10 VMs stop, or the storage or RWX network is down for a while; 11 other
changes."""
SECONDS = 120


class FailOn(StrEnum):
    """From which level on a gate closes."""

    CHANGES = "changes"
    INTERRUPTS = "interrupts"
    REFUSED = "refused"


Files = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[FILE]...",
        help="What `pulumi preview --json` wrote, or an event log; of several stacks, a "
        "comment for each. Else, and for -, standard input.",
        show_default=False,
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Write it there. Else to standard output."),
]
Post = Annotated[
    Host | None,
    typer.Option(
        help="Put it on the pull request of this CI job, always on the same comment. The "
        "token comes from the environment: GITHUB_TOKEN, GITLAB_TOKEN, GITEA_TOKEN, "
        "BITBUCKET_TOKEN."
    ),
]
Gate = Annotated[FailOn | None, typer.Option(help="End with 3, 10 or 11 from this level on.")]
Limit = Annotated[
    int | None,
    typer.Option(
        metavar="CHARACTERS",
        min=1_000,
        help="The longest comment. Else 65536, or 32768 with --post bitbucket.",
    ),
]
Look = Annotated[
    bool,
    typer.Option(
        "--look",
        help="Look at the cluster for its networks, and for nodes and owners of the VMs.",
    ),
]
OwnerLabel = Annotated[
    str | None,
    typer.Option(
        metavar="KEY", help="With --look: a label or annotation of VMs that names the owner."
    ),
]
Named = Annotated[
    str | None,
    typer.Option(
        "--stack",
        metavar="PROJECT/STACK",
        help="The stack of a preview that failed before it said which.",
    ),
]
Seconds = Annotated[
    int,
    typer.Option(metavar="SECONDS", min=1, help="Limit of the look, and of each post."),
]


def review(
    files: Files = None,
    output: Output = None,
    post: Post = None,
    fail_on: Gate = None,
    look: Look = False,
    owner_label: OwnerLabel = None,
    limit: Limit = None,
    stack: Named = None,
    kubeconfig: Kubeconfig = None,
    context: Context = None,
    timeout: Seconds = SECONDS,
) -> None:
    """Write a preview of Pulumi as one comment on a pull request."""
    from .reviewing import Reviewing, reviewed
    from .session import Reach

    if owner_label and not look:
        raise typer.BadParameter("--owner-label says what to --look at; give that too")
    if stack and not all(stack.partition("/")):
        raise typer.BadParameter("--stack is PROJECT/STACK")
    wanted = Reviewing(
        files=tuple(files or ()),
        output=output,
        post=post,
        fail_on=fail_on.value if fail_on else "",
        look=Reach(kubeconfig, context, timeout) if look else None,
        owner_label=owner_label or "",
        limit=limit,
        stack=stack or "",
        seconds=timeout,
    )
    raise typer.Exit(reviewed(wanted))
