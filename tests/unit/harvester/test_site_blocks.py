"""Other addresses in place of those of a site, between which all is as it was."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, ip_interface
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvester_net.harvester.addresses import RESERVED, count, read_range, usable
from harvester_net.harvester.site.blocks import other_addresses


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (set(), {}),
        ({"192.168.0.0/24"}, {"192.168.0.0/24": "100.64.0.0/24"}),
        # Alone, an address moves with its /24.
        ({"10.0.2.101"}, {"10.0.2.101": "100.64.0.101"}),
        ({"10.0.2.101", "10.0.2.7"}, {"10.0.2.7": "100.64.0.7", "10.0.2.101": "100.64.0.101"}),
        # What is in a range moves with it, the way it is written.
        (
            {"10.7.0.0/22", "10.7.1.16/28", "10.7.3.9"},
            {
                "10.7.0.0/22": "100.64.0.0/22",
                "10.7.1.16/28": "100.64.1.16/28",
                "10.7.3.9": "100.64.3.9",
            },
        ),
        ({"10.7.0.5/22"}, {"10.7.0.5/22": "100.64.0.5/22"}),
        ({"10.7.0.0/022"}, {"10.7.0.0/022": "100.64.0.0/022"}),
        # In their order, each where it fits.
        (
            {"172.16.5.0/24", "10.0.0.0/22", "192.168.0.0/16"},
            {
                "10.0.0.0/22": "100.64.0.0/22",
                "172.16.5.0/24": "100.64.4.0/24",
                "192.168.0.0/16": "100.65.0.0/16",
            },
        ),
        # Where something of the site was, nothing comes.
        (
            {"100.64.0.0/24", "100.64.1.0/24"},
            {"100.64.0.0/24": "100.64.2.0/24", "100.64.1.0/24": "100.64.3.0/24"},
        ),
        # The ranges that documentation reserves stay, and what is in them.
        ({"10.52.3.0/24", "10.42.0.0/16"}, {t: t for t in ("10.52.3.0/24", "10.42.0.0/16")}),
        # So does one around them; what is in that moves in it.
        (
            {"10.0.0.0/8", "10.1.2.0/24", "10.43.0.1"},
            {
                "10.0.0.0/8": "10.0.0.0/8",
                "10.1.2.0/24": "10.0.0.0/24",
                "10.43.0.1": "10.43.0.1",
            },
        ),
        ({"0.0.0.0/0", "9.9.9.9"}, {"0.0.0.0/0": "0.0.0.0/0", "9.9.9.9": "100.64.0.9"}),
    ],
)
def test_addresses_move_with_their_ranges(before: set[str], after: dict[str, str]) -> None:
    assert other_addresses(before) == after


def test_ipv6_addresses_are_those_of_documentation() -> None:
    moved = other_addresses({"fd00::1", "fd00::/64", "2001:db8:0:1::1"})
    assert set(moved.values()).isdisjoint(moved)
    documented = ip_interface("2001:db8::/32").network
    assert all(ip_interface(text).ip in documented for text in moved.values())
    assert moved["fd00::/64"].endswith("/64")


PREFIXES = st.sampled_from([8, 12, 15, 16, 20, 22, 24, 26, 28, 32])
STARTS = st.sampled_from(["10.42.0.0", "10.0.0.0", "192.168.0.0", "172.20.0.0", "100.64.0.0"])


@st.composite
def cidrs(draw: st.DrawFn) -> str:
    """A range, often near others or near the reserved ones."""
    start, prefix = int(IPv4Address(draw(STARTS))), draw(PREFIXES)
    address = IPv4Address(start + draw(st.integers(0, 2**20)))
    network = IPv4Network((address, prefix), strict=False)
    return f"{address if draw(st.booleans()) else network.network_address}/{prefix}"


ADDRESSES = cidrs().map(lambda text: text.partition("/")[0])


@given(st.sets(cidrs() | ADDRESSES, max_size=8))
def test_what_overlaps_contains_or_is_apart_is_so_afterwards(texts: set[str]) -> None:
    moved = other_addresses(texts)
    networks = {text: ip_interface(text).network for text in texts}
    after = {text: ip_interface(moved[text]).network for text in texts}
    for one, other in product(texts, texts):
        a, b, c, d = networks[one], networks[other], after[one], after[other]
        assert isinstance(a, IPv4Network)
        assert isinstance(b, IPv4Network)
        assert isinstance(c, IPv4Network)
        assert isinstance(d, IPv4Network)
        assert a.overlaps(b) == c.overlaps(d)
        assert a.subnet_of(b) == c.subnet_of(d)
        assert (a < b) == (c < d) or _wide(a) or _wide(b) or _reserved(a) or _reserved(b)
    for text, network in networks.items():
        reserved = map(IPv4Network, RESERVED)
        assert all(network.overlaps(r) == after[text].overlaps(r) for r in reserved)


def _wide(network: IPv4Network) -> bool:
    return network.prefixlen < 16


def _reserved(network: IPv4Network) -> bool:
    """What stays is not where the others go."""
    return any(network.overlaps(IPv4Network(text)) for text in RESERVED)


@given(cidrs().filter(lambda t: int(t.partition("/")[2]) >= 16), st.lists(cidrs(), max_size=4))
def test_a_range_gives_out_as_many_addresses_as_before(whole: str, parts: list[str]) -> None:
    moved = other_addresses({whole, *parts})
    before, after = read_range(whole), read_range(moved[whole])
    old = [part for part in map(read_range, parts) if part is not None]
    new = [part for part in (read_range(moved[text]) for text in parts) if part is not None]
    assert before is not None
    assert after is not None
    assert count(usable(before, old)) == count(usable(after, new))


@given(st.sets(cidrs() | ADDRESSES, max_size=8))
def test_no_address_of_the_site_is_found_again(texts: set[str]) -> None:
    moved = other_addresses(texts)
    stays = {text for text in texts if _reserved(IPv4Network(text, strict=False))}
    assert not (texts - stays) & set(moved.values())
