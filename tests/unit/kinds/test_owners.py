"""Whose an object is that exists already."""

from __future__ import annotations

import pytest

from harvester_net.kinds.desired_state import CREATED_BY
from harvester_net.kinds.owners import whose

from ... import objects

URN = "urn:pulumi:dev::networks::harvester-net:index:VmNetwork::tenant"
IMPORT = "pulumi import T tenant default/tenant"


@pytest.mark.parametrize(
    ("maker", "said"),
    [
        ("", f"to manage it: {IMPORT}"),
        ("somebody", f"to manage it: {IMPORT}"),
        ("urn:pulumi:dev::x::T::\x1b[2Jfake", f"to manage it: {IMPORT}"),
        (
            URN.replace("::tenant", "::old name"),
            "resource old name of this stack made it. If that is this resource under its old "
            "name, give it an alias, or run `pulumi state rename`. If old name is not in the "
            f"state any more: {IMPORT}",
        ),
        (
            URN.replace(":dev:", ":prod:"),
            "stack prod of project networks made it. If that stack does not manage it any "
            f"more: {IMPORT}",
        ),
        (
            URN.replace("::networks::", "::sites::"),
            f"stack dev of project sites made it. If that stack does not manage it any more: "
            f"{IMPORT}",
        ),
    ],
    ids=["nobody", "no URN", "not printable", "renamed", "another stack", "another project"],
)
def test_what_to_do_depends_on_whose_it_is(maker: str, said: str) -> None:
    made = objects.cluster_network("data", annotations={CREATED_BY: maker} if maker else {})
    assert whose(made, URN, IMPORT) == said
