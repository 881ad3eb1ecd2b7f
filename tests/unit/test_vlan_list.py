"""VLANs as switches list them."""

from __future__ import annotations

import pytest

from harvester_net.vlan_list import not_allowed, vlans_in


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("250", (range(250, 251),)),
        ("100-199,250", (range(100, 200), range(250, 251))),
        (" 100 - 199 , 250 ", (range(100, 200), range(250, 251))),
        ("1-4094", (range(1, 4095),)),
        ("0100", (range(100, 101),)),
    ],
)
def test_lists_of_vlans(text: str, expected: tuple[range, ...]) -> None:
    assert vlans_in(text) == expected


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "'' is neither a VLAN nor a range; write 100-199,250"),
        ("100,", "'' is neither a VLAN nor a range; write 100-199,250"),
        ("100:199", "'100:199' is neither a VLAN nor a range; write 100-199,250"),
        ("-5", "'-5' is neither a VLAN nor a range; write 100-199,250"),
        ("\u0661", "'\u0661' is neither a VLAN nor a range; write 100-199,250"),
        ("199-100", "199-100 is not a range of VLANs; use 1 to 4094, the lower one first"),
        ("0-9", "0-9 is not a range of VLANs; use 1 to 4094, the lower one first"),
        ("5000", "5000 is not a range of VLANs; use 1 to 4094, the lower one first"),
    ],
)
def test_what_is_no_list_of_vlans(text: str, told: str) -> None:
    with pytest.raises(ValueError, match="is n") as raised:
        vlans_in(text)
    assert str(raised.value) == told


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        (100, 100, None),
        (100, 199, None),
        (150, 250, "VLANs 150-250 are not all among 100-199,200,250, which shop may use"),
        # Neighbours in the list are one range.
        (150, 200, None),
        (300, 300, "VLAN 300 is not one of 100-199,200,250, which shop may use"),
        # Not known yet, absent, or wrong for everybody.
        (object(), 300, None),
        (None, None, None),
        ("300", "300", None),
        (True, True, None),
        (300, 299, None),
        (1, 10**12, None),
    ],
)
def test_vlans_outside_the_list(first: object, last: object, told: str | None) -> None:
    found = not_allowed([("vlan", first, last)], "100-199,200,250", "shop")
    assert found == ([("vlan", told)] if told else [])


def test_a_list_that_is_none_allows_nothing_to_be_judged() -> None:
    with pytest.raises(ValueError, match="is neither a VLAN nor a range"):
        not_allowed([], "all", "shop")
