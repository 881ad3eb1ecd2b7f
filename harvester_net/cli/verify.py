"""`harvester-net verify`: the options of the look at the devices of the nodes."""

from __future__ import annotations

from typing import Annotated

import typer

from .options import ClusterNetwork, Context, Kubeconfig

CODES = """Exit codes: 0 everything is proven; 1 something is not as it should be; 2 something
could not be looked at, or a wrong call; 130 interrupted."""
SECONDS = 900

Vlan = Annotated[
    int | None,
    typer.Option(
        metavar="ID",
        min=1,
        max=4094,
        help="Ping between all nodes over this VLAN, with full frames.",
    ),
]
Image = Annotated[
    str | None,
    typer.Option(
        metavar="IMAGE",
        help="Image of the pods; it holds sh, ip, bridge and ping. Else that of Longhorn's "
        "manager, which every node has.",
    ),
]
Namespace = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Namespace of the pods. Else harvester-system."),
]
Tolerate = Annotated[
    list[str] | None,
    typer.Option(
        metavar="KEY",
        help="The pods tolerate taints of this key. Repeatable. Else all taints.",
    ),
]


def verify(
    cluster_network: ClusterNetwork,
    vlan: Vlan = None,
    mtu: Annotated[
        int | None,
        typer.Option(
            metavar="BYTES",
            min=576,
            max=9000,
            help="MTU that the devices should have. Else the cluster network's.",
        ),
    ] = None,
    image: Image = None,
    namespace: Namespace = None,
    tolerate: Tolerate = None,
    json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
    kubeconfig: Kubeconfig = None,
    context: Context = None,
    timeout: Annotated[
        int, typer.Option(metavar="SECONDS", min=1, help="Limit of the whole command.")
    ] = SECONDS,
) -> None:
    """Look at the devices of a cluster network on every node, by a short pod on each."""
    from ..harvester.names import SYSTEM_NAMESPACE
    from ..verify.facts import CheckRequest
    from .session import Reach, run
    from .verifying import verifying

    request = CheckRequest(
        cluster_network,
        mtu=mtu,
        vlan=vlan,
        image=image,
        namespace=namespace or SYSTEM_NAMESPACE,
        tolerations=tuple(tolerate or ()),
    )
    command = verifying(request, as_json=json)
    raise typer.Exit(run(command, Reach(kubeconfig, context, timeout)))
