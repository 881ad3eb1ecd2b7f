"""Many names as ranges, and strange ones without harm."""

from __future__ import annotations

import pytest

from harvester_net.review.names import name, ranges


@pytest.mark.parametrize(
    ("names", "written"),
    [
        ([], []),
        (["web"], ["`web`"]),
        (["web", "app"], ["`app`", "`web`"]),
        (["net-1", "net-2"], ["`net-1`", "`net-2`"]),
        (["net-2", "net-3", "net-1"], ["`net-1` … `net-3` (3)"]),
        (["net-8", "net-9", "net-10", "net-11"], ["`net-8` … `net-11` (4)"]),
        (["net-08", "net-09", "net-10"], ["`net-08` … `net-10` (3)"]),
        (["net-09", "net-010", "net-011"], ["`net-09`", "`net-010`", "`net-011`"]),
        (
            ["net-098", "net-099", "net-100", "net-102"],
            ["`net-098` … `net-100` (3)", "`net-102`"],
        ),
        (["a-1", "a-2", "b-3", "b-4"], ["`a-1`", "`a-2`", "`b-3`", "`b-4`"]),
        (["1", "2", "3"], ["`1` … `3` (3)"]),
        (["x-" + "9" * 30, "x-1"], ["`x-1`", f"`x-{'9' * 30}`"]),
        (
            ["default/db-1", "default/db-2", "default/db-3"],
            ["`default/db-1` … `default/db-3` (3)"],
        ),
        (["same", "same"], ["`same`"]),
    ],
)
def test_ranges(names: list[str], written: list[str]) -> None:
    assert ranges(names) == written
    assert ranges(reversed(names)) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("default/web", "`default/web`"),
        ("a|b", "a&#124;b"),
        ("@team", "`@`team"),
        ("`x`", "&#96;x&#96;"),
        ("a\nb", "a b"),
        ("<img src=x>", r"\<img src=x>"),
    ],
)
def test_a_name_that_is_none_means_nothing(text: str, written: str) -> None:
    assert name(text) == written
