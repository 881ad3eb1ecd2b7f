"""The ranges of the settings: valid, large enough, apart from all others (H3.5, H9)."""

from __future__ import annotations

import pytest

from harvester_net.cluster.resources import Object

from ... import objects
from .cases import V1_4, V1_7, V1_8, Case, said, says, silent, update
from .storage import (
    MIGRATION,
    RWX,
    SHARED,
    STORAGE,
    WITNESS,
    carried,
    dedicated,
    storage,
    unset,
    value,
)

VALID, LARGE = "range-of-setting-is-valid", "range-of-setting-is-large-enough"
APART, OWN = "ranges-of-settings-are-apart", "range-is-not-the-clusters-own"
RESERVED = "range-is-not-reserved"


def asks(range_: str, *exclude: str) -> tuple[Object, Object]:
    """A storage network of this range where there was none."""
    return unset(), storage(range=range_, exclude=list(exclude) or None)


def services(*cidrs: str) -> Object:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "ServiceCIDR",
        "metadata": {"name": "kubernetes"},
        "spec": {"cidrs": list(cidrs)},
    }


PODS = objects.node("n1") | {"spec": {"podCIDR": "10.52.0.0/24"}}
AT = objects.node("n1", addresses=[{"type": "InternalIP", "address": "192.168.0.9"}])
NAMED = objects.node("n1", addresses=[{"type": "Hostname", "address": "192.168.0.9"}])

CASES = [
    *(
        says(VALID, what, update(*asks(*ranges)), carried(), sentence)
        for what, ranges, sentence in (
            (
                "no range",
                ("192.168.0.0",),
                "range: '192.168.0.0' is not an IPv4 network such as 192.168.0.0/24",
            ),
            (
                "host bits",
                ("192.168.0.1/24",),
                "range: 192.168.0.1/24 has host bits set; the network is 192.168.0.0/24",
            ),
            (
                "/15",
                ("192.168.0.0/15",),
                "range: 192.168.0.0/15 is too large; Harvester takes /16 or smaller",
            ),
            (
                "an exclusion that is none",
                ("192.168.0.0/24", "192.168.0.1"),
                "exclude[0]: '192.168.0.1' is not an IPv4 network such as 192.168.0.0/28",
            ),
            (
                "a huge exclusion",
                ("192.168.0.0/24", "192.168.0.0/15"),
                "exclude[0]: 192.168.0.0/15 is too large; Harvester takes /16 or smaller",
            ),
            (
                "an exclusion beside it",
                ("192.168.0.0/24", "192.168.1.0/28"),
                "exclude[0]: 192.168.1.0/28 is outside the range 192.168.0.0/24",
            ),
            (
                "an exclusion of all",
                ("192.168.0.0/24", "192.168.0.0/24"),
                "exclude[0]: 192.168.0.0/24 leaves no address of the range 192.168.0.0/24",
            ),
            (
                "the second in the first",
                ("192.168.0.0/24", "192.168.0.0/28", "192.168.0.1/32"),
                "exclude[1]: 192.168.0.1/32 overlaps 192.168.0.0/28, which is excluded "
                "already",
            ),
        )
    ),
    *(
        silent(VALID, what, update(*asks(*ranges)), carried())
        for what, ranges in (
            ("/16", ("192.168.0.0/16",)),
            ("host bits in an exclusion", ("192.168.0.0/24", "192.168.0.1/28")),
            (
                "the third in the first: only neighbours are compared",
                ("192.168.0.0/24", "192.168.0.0/28", "192.168.0.64/28", "192.168.0.1/32"),
            ),
        )
    ),
    silent(
        VALID,
        "before 1.5 nobody looked",
        update(*asks("192.168.0.0/15")),
        carried(version=V1_4),
    ),
    says(
        LARGE,
        "two nodes of one disk need 8",
        update(*asks("192.168.0.0/28", "192.168.0.0/29")),
        carried(),
        "range: is too small: addresses of 192.168.0.0/28: 7 available, 8 needed, -1 spare. "
        "Longhorn needs 2 for a node and 2 for each of its disks: "
        "n1 4 (1 disk), n2 4 (1 disk)",
    ),
    silent(
        LARGE,
        "8 are enough",
        update(
            *asks(
                "192.168.0.0/28",
                "192.168.0.1/32",
                "192.168.0.9/32",
                "192.168.0.2/32",
                "192.168.0.10/32",
                "192.168.0.3/32",
                "192.168.0.11/32",
            )
        ),
        carried(),
    ),
    says(
        LARGE,
        "RWX volumes share it",
        update(*asks("192.168.0.0/27", "192.168.0.0/32")),
        carried(objects.setting(RWX, SHARED)),
        "range: is too small: addresses of 192.168.0.0/27: 30 available, 42 needed, "
        "-12 spare. Longhorn needs 2 for a node and 2 for each of its disks: "
        "n1 4 (1 disk), n2 4 (1 disk), and 34 for RWX volumes",
    ),
    says(
        LARGE,
        "whether RWX volumes share it cannot be said",
        update(*asks("192.168.0.0/24")),
        carried(objects.setting(RWX, "x")),
        "range: the setting rwx-network, which may share the network, is no JSON: "
        "Expecting value: line 1 column 1 (char 0)",
    ),
    says(
        LARGE,
        "RWX alone needs one for each worker and 32",
        update(unset(RWX), objects.setting(RWX, dedicated(range="192.168.0.0/27"))),
        carried(),
        "range: 192.168.0.0/27 has 30 addresses to give out; 34 are needed",
    ),
    silent(
        LARGE,
        "62 are enough for RWX",
        update(unset(RWX), objects.setting(RWX, dedicated(range="192.168.0.0/26"))),
        carried(),
    ),
    says(
        LARGE,
        "VM migration needs one for each worker",
        update(unset(MIGRATION), objects.setting(MIGRATION, value(range="192.168.0.0/31"))),
        carried(),
        "range: 192.168.0.0/31 has 0 addresses to give out; 2 are needed",
    ),
    silent(
        LARGE,
        "a node less: it is a witness",
        update(unset(MIGRATION), objects.setting(MIGRATION, value(range="192.168.0.0/30"))),
        carried(objects.node("n3", {WITNESS: "true"})),
    ),
    says(
        APART,
        "the VM migration network's",
        update(*asks("192.168.0.0/24")),
        carried(objects.setting(MIGRATION, value(range="192.168.0.128/25"))),
        "range: 192.168.0.0/24 overlaps 192.168.0.128/25 of the setting vm-migration-network",
    ),
    silent(
        APART,
        "what is excluded is given out to nobody",
        update(*asks("192.168.0.0/24", "192.168.0.128/25")),
        carried(objects.setting(MIGRATION, value(range="192.168.0.128/25"))),
    ),
    silent(
        APART,
        "RWX that shares has none of its own",
        update(*asks("192.168.0.0/24")),
        carried(objects.setting(RWX, SHARED)),
    ),
    says(
        APART,
        "another setting cannot be read",
        update(*asks("192.168.0.0/24")),
        carried(objects.setting(MIGRATION, "x")),
        "range: the setting vm-migration-network is no JSON: "
        "Expecting value: line 1 column 1 (char 0)",
    ),
    says(
        OWN,
        "the services",
        update(*asks("10.96.0.0/24")),
        carried(services("fd00::/112", "10.96.0.0/12")),
        "range: 10.96.0.0/24 overlaps the cluster's services (10.96.0.0/12)",
    ),
    silent(
        OWN,
        "beside the services",
        update(*asks("10.112.0.0/24")),
        carried(services("10.96.0.0/12")),
    ),
    says(
        OWN,
        "the pods of a node",
        update(*asks("10.52.0.0/16")),
        carried(PODS),
        "range: 10.52.0.0/16 overlaps the pods of n1 (10.52.0.0/24)",
    ),
    silent(OWN, "beside the pods", update(*asks("10.52.1.0/24")), carried(PODS)),
    says(
        OWN,
        "a node's own address",
        update(*asks("192.168.0.0/24")),
        carried(AT),
        "range: 192.168.0.0/24 has n1's own address 192.168.0.9 in it",
    ),
    silent(OWN, "a name is no address", update(*asks("192.168.0.0/24")), carried(NAMED)),
    silent(OWN, "beside the address", update(*asks("192.168.1.0/24")), carried(AT)),
    *(
        says(
            RESERVED,
            text,
            update(*asks(text.replace(".0.0/16", ".7.0/24"))),
            carried(version=V1_8),
            f"range: {text.replace('.0.0/16', '.7.0/24')} overlaps {text}, which Harvester's "
            "documentation reserves for pods and services",
        )
        for text in ("10.42.0.0/16", "10.43.0.0/16", "10.52.0.0/16", "10.53.0.0/16")
    ),
    silent(RESERVED, "beside them", update(*asks("10.54.0.0/24")), carried(version=V1_7)),
    silent(
        RESERVED,
        "cleared",
        update(storage(range="10.42.0.0/24"), objects.setting(STORAGE, "")),
        carried(),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_range_of_a_setting(case: Case) -> None:
    assert said(case) == case.says
