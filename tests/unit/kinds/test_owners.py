"""Whose an object is that exists already."""

from __future__ import annotations

import pytest

from harvester_net.kinds.owners import Urn, whose

URN = "urn:pulumi:dev::networks::harvester-net:index:VmNetwork::tenant"
IMPORT = "pulumi import T tenant default/tenant"


@pytest.mark.parametrize(
    ("maker", "said"),
    [
        (None, f"to manage it: {IMPORT}"),
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
def test_what_to_do_depends_on_whose_it_is(maker: str | None, said: str) -> None:
    assert whose(maker, URN, IMPORT) == said


def test_urn_of_a_child_ends_with_its_name() -> None:
    child = URN.replace("::harvester", "::site:index:Site$harvester")
    assert Urn.of(child) == ("dev", "networks", "tenant")
    assert Urn.of("resource").name == "resource"
