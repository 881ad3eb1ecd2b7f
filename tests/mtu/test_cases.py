"""The MTU of a cluster network in use, up and back, in the eight cases that there are."""

from __future__ import annotations

import itertools

import pytest

from lab import Lab
from tests.e2e.stack import Stack

from .picture import Picture, picture
from .site import FULL_CONSENT, make_vms, program

CASES = list(itertools.product((1, 5), (False, True), (False, True)))


@pytest.mark.parametrize(
    ("configs", "vms", "storage"),
    CASES,
    ids=[f"{c} configs{', VMs' if v else ''}{', storage' if s else ''}" for c, v, s in CASES],
)
def test_up_and_back(
    stack: Stack, wide_lab: Lab, configs: int, vms: bool, storage: bool
) -> None:
    def site(mtu: int) -> Stack:
        return stack.program(
            *program(configs=configs, mtu=mtu, storage=storage, consent=FULL_CONSENT)
        )

    site(1500).up().succeeded()
    if vms:
        make_vms(wide_lab)
    before = picture(wide_lab)

    site(9000).up().succeeded()
    assert picture(wide_lab) == with_mtu(before, 9000)
    assert stack.diff() == {}

    site(1500).up().succeeded()
    after = picture(wide_lab)
    assert after == with_mtu(before, 1500)
    assert set(stack.up().succeeded().counts) == {"unchanged"}


def with_mtu(before: Picture, mtu: int) -> Picture:
    """The picture before with another MTU everywhere, and otherwise the same."""
    after: Picture = {}
    for name, seen in before.items():
        if name == "cluster network /cn-data":
            notes = seen["annotations"] | {"network.harvesterhci.io/uplink-mtu": str(mtu)}
            seen = seen | {"annotations": notes}
        elif name.startswith("network config"):
            uplink = seen["spec"]["uplink"]
            link = {"linkAttributes": uplink["linkAttributes"] | {"mtu": mtu}}
            seen = seen | {"spec": seen["spec"] | {"uplink": uplink | link}}
        elif name.startswith("VM network"):
            seen = seen | {"mtu": mtu}
        elif name == "VM instance default/asleep":
            continue  # The finished instance had to go; the VM itself stays down.
        after[name] = seen
    return after
