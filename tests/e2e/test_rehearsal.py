"""A rehearsal as a user does it: snapshot, likeness, the change there, and then at home.

With HARVESTER_NET_EVERY_SCENARIO=1 also of a site with 30 nodes and 40 VMs.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from lab import Lab
from lab.downtimes import watched
from lab.fixtures import start_lab
from tests.mtu.picture import picture
from tests.tiers import takes_minutes

from .command import COMMAND
from .home import NETWORK, Home

CHANGE = (NETWORK, "9000", "--stop-vms", "--cycle-storage-network", "--verify-on-nodes")
SMALL = Home(nodes=4, rack=2, networks=2, vms=6)
LARGE = Home(nodes=30, rack=6, networks=10, vms=40)
SECONDS = 600


@pytest.mark.parametrize(
    "home",
    [
        pytest.param(SMALL, id="4 nodes"),
        pytest.param(LARGE, id="30 nodes", marks=takes_minutes),
    ],
)
def test_a_change_goes_at_home_as_it_went_in_the_rehearsal(
    pytestconfig: pytest.Config, tmp_path: Path, home: Home
) -> None:
    site = tmp_path / "site.json"
    with start_lab(pytestconfig, nodes=home.nodes) as original:
        home.build(original)
        before = picture(original)
        said = run(original, "snapshot", "--output", str(site))
        assert f"{home.nodes} nodes" in said
        assert f"{home.vms} VMs" in said
        with Lab.start(like=site) as likeness:
            assert picture(likeness) == before
            assert planned(likeness) == planned(original)

            run(likeness, "mtu", "change", *CHANGE, "--yes")
            rehearsed = likeness.summary()
            assert {vm.vm for vm in rehearsed.vms} == home.running
            assert rehearsed.never_back == []
            assert {(one.node, one.is_back) for one in rehearsed.uplinks} == {
                (node, True) for rack in home.nodes_of_racks for node in rack
            }

            with watched(original.client) as downtimes:
                said = run(original, "mtu", "change", *CHANGE, "--yes")
            assert "not proven" not in said
            down = {vm for vm, seconds in downtimes.seconds.items() if seconds}
            assert down == home.running
            assert picture(original) == picture(likeness)


def planned(lab: Lab) -> dict[str, Any]:
    """A plan without what says which cluster it is for."""
    made: dict[str, Any] = json.loads(run(lab, "mtu", "plan", *CHANGE, "--output", "json"))
    del made["cluster"]
    return made


def run(lab: Lab, *arguments: str) -> str:
    """What the command has said, on a lab, as its administrator."""
    done = subprocess.run(
        [COMMAND, *arguments],
        env=os.environ | {"KUBECONFIG": str(lab.kubeconfig), "HOME": str(lab.directory)},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr if arguments[-1] != "json" else done.stdout
