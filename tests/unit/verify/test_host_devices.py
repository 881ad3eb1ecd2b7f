"""What is said of the hosts' devices that a look has seen, or could not see."""

from __future__ import annotations

import pytest

from harvester_net.verify.host_devices import HostDevice, HostDevices, Wanted, problems

STATIC = Wanted("data-br.400", 9000, {"n1": "10.0.0.11"})
BY_DHCP = Wanted("data-br.400", 9000, {})


@pytest.mark.parametrize(
    ("device", "wanted", "expected"),
    [
        (HostDevice("10.0.0.11", 9000), STATIC, []),
        (HostDevice("172.31.0.9", 9000), BY_DHCP, []),
        (HostDevice("10.0.0.11", 1400), Wanted("data-br.400", None, {}), []),
        (
            HostDevice(),
            STATIC,
            ["n1: there is no device data-br.400, though its agent says so"],
        ),
        (
            HostDevice("", 9000),
            STATIC,
            [
                "n1: data-br.400 has no address, though its agent says that it is ready; "
                "replace the host network config"
            ],
        ),
        (
            HostDevice("", 9000),
            BY_DHCP,
            [
                "n1: data-br.400 has no address, though its agent says that it is ready; does "
                "DHCP answer there?"
            ],
        ),
        (
            HostDevice("10.0.0.12", 1500),
            STATIC,
            [
                "n1: data-br.400 has the address 10.0.0.12, not 10.0.0.11; agents give a "
                "device that is there no other one: replace the host network config",
                "n1: data-br.400 has MTU 1500, not 9000; it stays so until the host network "
                "config is made again",
            ],
        ),
    ],
)
def test_devices_are_held_against_what_is_wanted(
    device: HostDevice, wanted: Wanted, expected: list[str]
) -> None:
    assert problems(HostDevices({"n1": device}), wanted) == expected


def test_what_could_not_be_seen_is_not_proven() -> None:
    found = HostDevices(unproven=("n1 was not looked at: the node is not ready",))
    assert problems(found, STATIC) == [
        "not proven: n1 was not looked at: the node is not ready"
    ]
