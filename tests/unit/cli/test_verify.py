"""`harvester-net verify`: texts, exit codes, and what it asks for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from harvester_net.change.consent import Consent, NodeCheck
from harvester_net.change.goals.mtu import MtuGoal
from harvester_net.cli import commands, verifying
from harvester_net.cli.main import app
from harvester_net.cli.render import nodes as report
from harvester_net.cluster.errors import NotFound
from harvester_net.verify.devices import Bond, Bridge, Devices, Member, Port, Ports
from harvester_net.verify.facts import CheckRequest
from harvester_net.verify.outcome import Finding, Outcome
from harvester_net.verify.pinging import PingResult, Pings

from ...cluster import LabApi
from .cluster_of_one import LEASE, a_living_holder, cluster_of_one


def devices(node: str, mtu: int = 9000, **more: Any) -> Devices:
    nics = (Member("ens1", mtu, "up"), Member("ens2", mtu, "down"))
    bond = Bond("data-bo", 20, mtu, "active-backup", "ens1", "data-br", nics)
    bridge = Bridge("data-br", 21, mtu)
    return Devices(node, bond, bridge, vlans=frozenset({1, 100}), **more)


GOOD = Outcome("data", 9000, nodes={"node1": devices("node1"), "node2": devices("node2")})
FINDING = Finding("node2", "data-br", "bridge data-br has MTU 1500, not 9000: port veth0")
HELD = devices("node2", 1500, ports=Ports({9000: 2, 1500: 1}, (Port("veth0", "veth", 1500),)))
BAD = Outcome(
    "data",
    9000,
    100,
    {"node1": devices("node1"), "node2": HELD, "node3": None},
    Pings(100, {("node1", "node2"): PingResult.FULL, ("node2", "node1"): PingResult.USUAL}),
    (FINDING,),
    (Finding("node1", "data-bo", "NIC ens2 of bond data-bo has no link"),),
    ("node3 was not looked at: the node is not ready",),
)
UNPROVEN = Outcome("data", 9000, unproven=("nobody looked at the nodes",))


@pytest.fixture
def cluster(certificates: Path) -> Iterator[LabApi]:
    with cluster_of_one(certificates) as api:
        yield api


class Verify:
    """Runs `harvester-net verify` where the nodes look as a test says."""

    def __init__(self, cluster: LabApi) -> None:
        self.cluster = cluster
        self.outcome: Outcome | Exception = GOOD
        self.asked: list[CheckRequest] = []
        self.holder = ""

    async def check(
        self,
        cluster: object,
        request: CheckRequest,
        deadline: object,
        tell: Callable[[str], None],
    ) -> Outcome:
        self.asked.append(request)
        self.holder = self.cluster.get("leases", LEASE)["spec"]["holderIdentity"]
        tell("the pods on node1")
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    def __call__(self, *arguments: str) -> Result:
        given = [*arguments, "--kubeconfig", self.cluster.kubeconfig()]
        return CliRunner().invoke(app, ["verify", *given])


@pytest.fixture
def verify(cluster: LabApi, monkeypatch: pytest.MonkeyPatch) -> Verify:
    made = Verify(cluster)
    monkeypatch.setattr(verifying, "check", made.check)
    monkeypatch.setattr("getpass.getuser", lambda: "ada")
    return made


def test_proven_nodes_are_shown_and_said_with_code_0(verify: Verify) -> None:
    result = verify("data")
    assert result.exit_code == 0
    assert result.stdout == (
        "cluster network data on its nodes; MTU should be 9000\n"
        "node   bond  mode           NICs                    bridge  other ports  "
        "VLANs on the uplink\n"
        "node1  9000  active-backup  ens1 active, ens2 down  9000    none         1, 100\n"
        "node2  9000  active-backup  ens1 active, ens2 down  9000    none         1, 100\n"
        "proven: cluster network data has MTU 9000 on the devices of 2 nodes\n"
    )


def test_findings_are_shown_with_the_whole_picture_and_code_1(verify: Verify) -> None:
    verify.outcome = BAD
    result = verify("data", "--vlan", "100")
    assert result.exit_code == 1
    assert result.stdout == (
        "cluster network data on its nodes; MTU should be 9000\n"
        "node   bond           mode           NICs                    bridge  other ports     "
        "      VLANs on the uplink\n"
        "node1  9000           active-backup  ens1 active, ens2 down  9000    none            "
        "      1, 100\n"
        "node2  1500           active-backup  ens1 active, ens2 down  1500    1 of 1500, 2 of "
        "9000  1, 100\n"
        "node3  not looked at\n"
        "full frames of 9000 bytes on VLAN 100, from the node on the left to the one above:\n"
        "       node1      node2\n"
        "node1  -          ok\n"
        "node2  1500 only  -\n"
        "found: node2: bridge data-br has MTU 1500, not 9000: port veth0\n"
        "note: node1: NIC ens2 of bond data-bo has no link\n"
        "not proven: node3 was not looked at: the node is not ready\n"
    )


def test_what_could_not_be_looked_at_is_code_2(verify: Verify) -> None:
    verify.outcome = UNPROVEN
    result = verify("data")
    assert result.exit_code == 2
    assert result.stdout.endswith("not proven: nobody looked at the nodes\n")


def test_json_says_all_of_it(verify: Verify) -> None:
    verify.outcome = BAD
    result = verify("data", "--json")
    assert result.exit_code == 1
    said = json.loads(result.stdout)
    assert said["proven"] is False
    assert [node["looked"] for node in said["nodes"]] == [True, True, False]
    assert said["findings"][0]["what"] == FINDING.what
    assert said["unproven"] == list(BAD.unproven)


def test_options_become_the_question(verify: Verify) -> None:
    verify("data")
    options = ["--vlan", "7", "--mtu", "1500", "--image", "x", "--namespace", "n"]
    verify("data", *options, "--tolerate", "a", "--tolerate", "b")
    assert verify.asked == [
        CheckRequest("data"),
        CheckRequest("data", 1500, 7, "x", "n", ("a", "b")),
    ]


@pytest.mark.parametrize("wrong", [["--vlan", "0"], ["--vlan", "4095"], ["--mtu", "9001"]])
def test_numbers_out_of_range_are_a_wrong_call(verify: Verify, wrong: list[str]) -> None:
    assert verify("data", *wrong).exit_code == 2
    assert verify.asked == []


def test_the_lease_is_held_meanwhile_and_given_back(verify: Verify, cluster: LabApi) -> None:
    verify("data")
    assert verify.holder.startswith("ada with harvester-net verify (process ")
    assert cluster.get("leases", LEASE)["spec"]["holderIdentity"] == ""


def test_errors_are_one_line_and_code_2(verify: Verify) -> None:
    verify.outcome = NotFound("there is no cluster network nope; there are: data, mgmt")
    result = verify("nope")
    assert result.exit_code == 2
    assert result.stderr == (
        "not proven: there is no cluster network nope; there are: data, mgmt\n"
    )


def test_a_change_that_is_going_on_is_not_looked_into(verify: Verify, cluster: LabApi) -> None:
    verify("data")
    with a_living_holder(cluster):
        result = verify("data")
    assert result.exit_code == 2
    assert result.stderr.startswith("not proven: another change of the cluster's networks")
    assert len(verify.asked) == 1


def test_a_narrow_terminal_cuts_no_sentence() -> None:
    lines = report.text(BAD, width=60).splitlines()
    assert "found: node2: bridge data-br has MTU 1500, not 9000: port veth0" in lines


def test_a_change_takes_how_to_look(cluster: LabApi, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[NodeCheck | None] = []

    def changing(goal: MtuGoal, consent: Consent, *, yes: bool) -> Any:
        given.append(consent.verify_on_nodes)
        return _nothing

    monkeypatch.setattr("harvester_net.cli.commands.change_command", changing)
    assert commands
    options = ["--verify-on-nodes", "--verify-vlan", "100", "--verify-image", "x"]
    for more in ([], ["--verify-on-nodes"], options):
        arguments = ["mtu", "change", "data", "9000", *more]
        CliRunner().invoke(app, [*arguments, "--kubeconfig", cluster.kubeconfig()])
    assert given == [None, NodeCheck(), NodeCheck(vlan=100, image="x")]
    wrong = CliRunner().invoke(app, ["mtu", "change", "data", "9000", "--verify-vlan", "100"])
    assert wrong.exit_code == 2
    assert "--verify-on-nodes" in wrong.stderr


async def _nothing(session: object) -> Any:
    """A command that does nothing."""
    from harvester_net.cli.outcome import Code, Outcome

    return Outcome(Code.DONE)
