"""How many addresses a range gives out, and how many are needed (H3.5)."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvester_net.harvester.addresses import (
    Budget,
    Range,
    count,
    overlap,
    read_range,
    storage_budget,
    usable,
    workers,
)

from ... import objects
from ..rules.cases import cluster
from ..rules.storage import WITNESS


def range_of(text: str) -> Range:
    found = read_range(text)
    assert found is not None
    return found


def shown(whole: str, *exclude: str) -> list[str]:
    """What is given out, as text: ``192.168.0.1-192.168.0.9``."""
    free = usable(range_of(whole), map(range_of, exclude))
    return [f"{ip_address(low)}-{ip_address(high)}" for low, high in free]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "192.168.0.0",
        "192.168.0.0/33",
        "192.168.0.0/",
        "192.168.0.0/255.255.255.0",
        "192.168.0.0/+24",
        "192.168.0/24",
        "192.168.00.0/24",
        "fd00::/64",
        "192.168.0.0/24 ",
        "a/24",
        "192.168.0.0/٢٤",
    ],
)
def test_text_that_is_no_ipv4_cidr(text: str) -> None:
    assert read_range(text) is None


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [
        (("10.0.0.0/29",), ["10.0.0.1-10.0.0.6"]),
        (("10.0.0.0/30",), ["10.0.0.1-10.0.0.2"]),
        (("10.0.0.0/31",), []),
        (("10.0.0.0/32",), []),
        (("10.0.0.0/29", "10.0.0.0/31"), ["10.0.0.2-10.0.0.6"]),
        (("10.0.0.0/29", "10.0.0.6/31"), ["10.0.0.1-10.0.0.5"]),
        (("10.0.0.0/29", "10.0.0.3/32"), ["10.0.0.1-10.0.0.2", "10.0.0.4-10.0.0.6"]),
        (("10.0.0.0/29", "10.0.0.4/30", "10.0.0.0/30"), []),
        (("10.0.0.0/29", "10.0.1.0/24"), ["10.0.0.1-10.0.0.6"]),
        (("10.0.0.0/28", "10.0.0.6/29"), ["10.0.0.1-10.0.0.5", "10.0.0.8-10.0.0.14"]),
    ],
)
def test_addresses_that_are_given_out(ranges: tuple[str, ...], expected: list[str]) -> None:
    assert shown(*ranges) == expected


prefixes = st.builds(
    lambda low, length: f"10.0.0.{low}/{length}", st.integers(0, 255), st.integers(26, 32)
)


@given(st.integers(24, 32), st.lists(prefixes, max_size=4))
def test_addresses_given_out_are_those_that_counting_one_by_one_finds(
    length: int, exclude: list[str]
) -> None:
    whole, parts = range_of(f"10.0.0.0/{length}"), list(map(range_of, exclude))
    expected = [
        number
        for number in map(int, whole.network)
        if int(whole.network[0]) < number < whole.last
        and not any(int(part.start) <= number <= part.last for part in parts)
    ]
    found = usable(whole, parts)
    assert [n for low, high in found for n in range(low, high + 1)] == expected
    assert count(found) == len(expected)


@pytest.mark.parametrize(
    ("one", "other", "overlaps"),
    [
        ([(1, 5)], [(5, 9)], True),
        ([(1, 5)], [(6, 9)], False),
        ([(1, 2), (8, 9)], [(3, 7)], False),
        ([(1, 9)], [(3, 4)], True),
        ([], [(1, 9)], False),
    ],
)
def test_overlap(
    one: list[tuple[int, int]], other: list[tuple[int, int]], overlaps: bool
) -> None:
    assert overlap(one, other) is overlaps
    assert overlap(other, one) is overlaps


def test_witness_is_no_worker_whatever_its_label_says() -> None:
    nodes = [objects.node("n1"), objects.node("w1", {WITNESS: "true"})]
    assert workers(cluster(*nodes)) == 1
    assert workers(cluster(*nodes, objects.node("w2", {WITNESS: "false"}))) == 1


def test_budget_says_what_each_node_needs() -> None:
    found = cluster(
        objects.node("n1"), objects.longhorn_node("n1", 3), objects.longhorn_node("n2", 0)
    )
    budget = storage_budget(range_of("10.0.0.0/28"), [], found, shared=False)
    assert (budget.available, budget.needed, budget.spare) == (14, 10, 4)
    assert budget.words("10.0.0.0/28") == (
        "addresses of 10.0.0.0/28: 14 available, 10 needed, 4 spare. Longhorn needs 2 for a "
        "node and 2 for each of its disks: n1 8 (3 disks), n2 2 (0 disks)"
    )


def test_budget_of_a_shared_network_has_the_share_of_rwx() -> None:
    found = cluster(objects.node("n1"), objects.longhorn_node("n1"))
    budget = storage_budget(range_of("10.0.0.0/26"), [], found, shared=True)
    assert (budget.for_rwx, budget.needed, budget.spare) == (33, 37, 25)
    assert budget.words("10.0.0.0/26").endswith(": n1 4 (1 disk), and 33 for RWX volumes")


def test_budget_without_longhorn_says_so() -> None:
    empty = Budget(available=14, per_node={}, disks={}, for_rwx=0)
    assert empty.words("x").endswith("each of its disks: no nodes")
