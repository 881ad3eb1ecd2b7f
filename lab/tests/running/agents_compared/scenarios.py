"""The scenarios: what is done to configs, NICs, agents and nodes, step by step.

They say what happens, never what comes of it: that is what real nodes were recorded for. A
step only knows by what one can tell that it is done.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from harvester_net.lab.faults import AgentDown, LinkDown, NicEnslaved, NicMissing

from .acts import (
    Act,
    Change,
    Create,
    Delete,
    DeleteVmNetwork,
    Join,
    MakeNetworks,
    MakeVmNetwork,
    Move,
    Suffer,
)
from .facts import GONE, Wanted, of_each
from .order import Sights
from .stage import ROLES

_CONFIG_GONE: Wanted = {"VlanConfig config": GONE}


@dataclass(frozen=True)
class Step:
    title: str
    act: Act
    done: Wanted = field(default_factory=dict)
    """By what the end of the step is told; more may follow at once."""
    sights: Sights = field(default_factory=dict)
    """Of what the order is compared."""


@dataclass(frozen=True)
class Scenario:
    title: str
    steps: tuple[Step, ...]


def ready(*nodes: str, network: str = "cn", number: int = 1) -> Wanted:
    """The nodes are ready, their bond being the so-manieth of its name."""
    bond = {"number": number, "master": f"{network}-br"}
    wanted: Wanted = {
        f"VlanStatus {network} *": {"ready": "True"},
        f"link * {network}-bo": bond,
    }
    return of_each(wanted, nodes or ROLES)


def failed(message: str, *nodes: str, network: str = "cn") -> Wanted:
    said = {"ready": f"False {message}"}
    return of_each({f"VlanStatus {network} *": said}, nodes or ROLES)


def away(*nodes: str, network: str = "cn") -> Wanted:
    """The nodes are no longer part of it."""
    gone: Wanted = {f"VlanStatus {network} *": GONE, f"link * {network}-bo": GONE}
    return of_each(gone, nodes or ROLES)


def left(network: str = "cn") -> Wanted:
    """No node is part of it any more, whatever became of the devices."""
    return of_each({f"VlanStatus {network} *": GONE}, ROLES)


def in_bond(nic: str, *nodes: str, network: str = "cn") -> Wanted:
    return of_each({f"link * {nic}": {"master": f"{network}-bo"}}, nodes or ROLES)


def free(nic: str, *nodes: str) -> Wanted:
    return of_each({f"link * {nic}": {"master": ""}}, nodes or ROLES)


def new_bond(number: int, mtu: int = 0) -> Sights:
    """What is seen of a bond that is made anew, with a new MTU or with the old one."""
    bond = "link * cn-bo"
    told: dict[str, Wanted] = {f"uplink-mtu {mtu}": {"ClusterNetwork cn": uplink_mtu(mtu)}}
    return {
        **(told if mtu else {}),
        "no bond": {bond: GONE, "link * cn-br": {}},
        "new bond without master": {bond: {"number": number, "master": ""}},
        "new bond in the bridge": {bond: {"number": number, "master": "cn-br"}},
    }


def uplink_mtu(mtu: int) -> dict[str, object]:
    return {"uplink-mtu": str(mtu)}


SET_UP: Sights = {
    "VlanStatus ready": {"VlanStatus cn *": {"ready": "True"}},
    "node label": {"Node *": {"is in cn": True}},
}
MISSING = "get link {} failed, error: Link not found"
DELETED = "config deleted"
REPAIRED = "fault repaired"
ENSLAVED = "{} has been enslaved by the link with index N"

_START = Step("cluster network made", MakeNetworks(), {"ClusterNetwork cn": {}})
_TWO = Step(
    "two cluster networks made", MakeNetworks(("cn", "cn2")), {"ClusterNetwork cn2": {}}
)
_CREATED = Step("config created", Create(), {**ready(), **in_bond("eno2")}, SET_UP)
_DELETED = Step(DELETED, Delete(), {**_CONFIG_GONE, **away(), **free("eno2")})


def _mtu(title: str, mtu: int | None, number: int, makes_new: bool = True) -> Step:
    return Step(
        title,
        Change({"linkAttributes": {"mtu": mtu}}),
        {**ready(number=number), "ClusterNetwork cn": uplink_mtu(mtu or 1500)},
        new_bond(number, mtu or 1500) if makes_new else {},
    )


def _anew(title: str, number: int, **uplink: object) -> Step:
    return Step(title, Change(uplink), ready(number=number), new_bond(number))


SCENARIOS = (
    Scenario(
        "MTU",
        (
            _START,
            _CREATED,
            _mtu("MTU 9000", 9000, 2),
            _mtu("MTU left out", None, 2, makes_new=False),
            _mtu("MTU 1500", 1500, 3),
            _DELETED,
        ),
    ),
    Scenario(
        "bond attributes",
        (
            _START,
            _CREATED,
            _anew("mode 802.3ad", 2, bondOptions={"mode": "802.3ad"}),
            _anew("mode balance-tlb", 3, bondOptions={"mode": "balance-tlb"}),
            _anew("miimon 50", 4, bondOptions={"miimon": 50}),
            _anew("txQLen 500", 5, linkAttributes={"txQLen": 500}),
            _anew("hardwareAddr", 6, linkAttributes={"hardwareAddr": "UlQAblwq"}),
            _DELETED,
        ),
    ),
    Scenario(
        "NICs",
        (
            _START,
            Step(
                "config with two NICs",
                Create(("eno2", "eno3")),
                {**ready(), **in_bond("eno3")},
            ),
            Step(
                "other NICs",
                Change({"nics": ["eno3", "eno4"]}),
                {**in_bond("eno4"), **free("eno2")},
            ),
            Step("other order", Change({"nics": ["eno4", "eno3"]}), ready()),
            Step("one NIC", Change({"nics": ["eno4"]}), free("eno3")),
            _DELETED,
        ),
    ),
    Scenario(
        "NIC missing",
        (
            _START,
            Step(
                "NIC of b pulled",
                Suffer((NicMissing("b", "eno2"),)),
                {"link b eno2": GONE},
            ),
            Step(
                "config created",
                Create(),
                {**ready("a", "c"), **failed(MISSING.format("eno2"), "b")},
            ),
            Step(REPAIRED, Suffer(), {**ready(), **in_bond("eno2")}),
            _DELETED,
        ),
    ),
    Scenario(
        "NIC list repaired",
        (
            _START,
            Step(
                "config with a wrong NIC",
                Create(("eno2", "eno9", "eno3")),
                failed(MISSING.format("eno9")),
            ),
            Step(
                "another wrong NIC",
                Change({"nics": ["eno8", "eno2"]}),
                failed(MISSING.format("eno8")),
            ),
            Step(
                "the NIC of mgmt", Change({"nics": ["eno1"]}), failed(ENSLAVED.format("eno1"))
            ),
            Step("right NICs", Change({"nics": ["eno2"]}), {**ready(), **in_bond("eno2")}),
            _DELETED,
        ),
    ),
    Scenario(
        "NIC of another master",
        (
            _START,
            Step(
                "NIC of b enslaved",
                Suffer((NicEnslaved("b", "eno2"),)),
                {"link b eno2": {"master": "not listed"}},
            ),
            Step(
                "config created",
                Create(),
                {**ready("a", "c"), **failed(ENSLAVED.format("eno2"), "b")},
            ),
            Step(REPAIRED, Suffer(), {**ready(), **in_bond("eno2")}),
            _DELETED,
        ),
    ),
    Scenario(
        "NIC pulled in use",
        (
            _START,
            _CREATED,
            Step(
                "cable of b off",
                Suffer((LinkDown("b", "eno2"),)),
                {"link b eno2": {"state": "down"}},
            ),
            Step("cable of b on", Suffer(), {"link b eno2": {"state": "up"}}),
            Step("NIC of b pulled", Suffer((NicMissing("b", "eno2"),)), {"link b eno2": GONE}),
            Step("NIC of b back", Suffer(), {"link b eno2": {}}),
            _mtu("MTU 9000", 9000, 2),
            _DELETED,
        ),
    ),
    Scenario(
        "deleted while not ready",
        (
            _TWO,
            Step(
                "config with a wrong NIC",
                Create(("eno2", "eno9")),
                failed(MISSING.format("eno9")),
            ),
            Step(DELETED, Delete(), {**_CONFIG_GONE, **left()}),
            Step(
                "config of another network on the leaked NIC",
                Create(network="cn2", config="config2"),
                failed(ENSLAVED.format("eno2"), network="cn2"),
            ),
            Step("config of the same network", Create(), ready()),
            Step(
                "failed config deleted",
                Delete("config2"),
                {"VlanConfig config2": GONE, **left("cn2")},
            ),
            replace(_DELETED, title="ready config deleted"),
        ),
    ),
    Scenario(
        "two cluster networks",
        (
            _TWO,
            _CREATED,
            Step(
                "config of the second",
                Create(("eno3",), network="cn2", config="config2"),
                {**ready(network="cn2"), **in_bond("eno3", network="cn2")},
            ),
            _DELETED,
            Step(
                "second config deleted",
                Delete("config2"),
                {"VlanConfig config2": GONE, **away(network="cn2"), **free("eno3")},
            ),
        ),
    ),
    Scenario(
        "agent down at a deletion",
        (
            _START,
            _CREATED,
            Step("agent of b down", Suffer((AgentDown("b"),))),
            Step(
                DELETED,
                Delete(),
                {**_CONFIG_GONE, **away("a", "c"), "VlanStatus cn b": GONE},
            ),
            Step("agent of b back", Suffer()),
            Step(
                "config created again", Create(), {**ready("b"), **ready("a", "c", number=2)}
            ),
            replace(_DELETED, title="config deleted again"),
        ),
    ),
    Scenario(
        "agent down at an MTU change",
        (
            _START,
            _CREATED,
            Step("agent of b down", Suffer((AgentDown("b"),))),
            Step(
                "MTU 9000",
                Change({"linkAttributes": {"mtu": 9000}}),
                ready("a", "c", number=2),
            ),
            Step("agent of b back", Suffer(), ready(number=2)),
            _DELETED,
        ),
    ),
    Scenario(
        "nodes join and leave",
        (
            Step(
                "cluster network made", MakeNetworks(nodes=("a",)), {"ClusterNetwork cn": {}}
            ),
            Step("config created", Create(), ready("a")),
            Step("b joins", Join("b"), ready("a", "b")),
            Step("a leaves", Join("a", joins=False), {**away("a"), **ready("b")}),
            Step("a is back", Join("a"), {**ready("a", number=2), **ready("b")}),
            _DELETED,
        ),
    ),
    Scenario(
        "VM network",
        (
            _START,
            _CREATED,
            Step(
                "VM network made",
                MakeVmNetwork(200),
                {"VM network vlan-cn": {"ready": "true"}},
            ),
            _mtu("MTU 9000", 9000, 2),
            _DELETED,
            Step("VM network deleted", DeleteVmNetwork(), {"VM network vlan-cn": GONE}),
        ),
    ),
    Scenario(
        "config moved to another network",
        (
            _TWO,
            _CREATED,
            Step(
                "moved",
                Move(),
                {**away(), **ready(network="cn2"), **in_bond("eno2", network="cn2")},
            ),
            Step(DELETED, Delete(), {**_CONFIG_GONE, **away(network="cn2")}),
        ),
    ),
)
