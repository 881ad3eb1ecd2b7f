"""Names as they are, where nobody asks for another form of them."""

from __future__ import annotations

from harvester_net.harvester.name_ranges import FEWEST, ranges


def test_plain_names_of_which_enough_make_a_range() -> None:
    names = [f"node{number:02}" for number in range(9, 9 + FEWEST)]
    assert ranges([*names, "other"]) == ["node09 … node11 (3)", "other"]
    assert ranges(names[1:]) == names[1:]
