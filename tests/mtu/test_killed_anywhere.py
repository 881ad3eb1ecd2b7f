"""Nothing is lost: the plugin is killed before and after every single write of a change.

`make test-kill` runs all of them; `make test` a sample.
"""

from __future__ import annotations

import os
from pathlib import Path

from lab import Lab
from lab.proxy import Proxy
from tests.e2e.stack import Stack
from tests.e2e.waiting import eventually

from .killer import Killer, plugins
from .picture import NETWORK, picture
from .site import FULL_CONSENT, delete_vms, make_vms, program

CONFIGS = f"{NETWORK}/vlanconfigs"
STATUSES = f"{NETWORK}/vlanstatuses"
EVERYWHERE = bool(os.environ.get("HARVESTER_NET_KILL_EVERYWHERE"))
SAMPLES = 4


def test_killed_at_every_write(tmp_path: Path, wide_lab: Lab) -> None:
    """Up to 9000 and back to 1500 in turn, each time killed at another write."""
    with Proxy(wide_lab) as proxy:
        kubeconfig = proxy.kubeconfig(tmp_path / "kubeconfig")
        stack = Stack(tmp_path / "project", wide_lab, KUBECONFIG=str(kubeconfig))
        killer = Killer(proxy, stack.directory)

        def change_to(mtu: int) -> Stack:
            return stack.program(
                *program(configs=5, mtu=mtu, storage=True, consent=FULL_CONSENT, managed=4)
            )

        stack.program(*program(configs=5, mtu=1500, storage=False, managed=4))
        stack.up().succeeded()
        make_unmanaged_config(wide_lab)
        change_to(1500).up().succeeded()
        make_vms(wide_lab)
        pictures = {}
        for mtu in (9000, 1500):
            killer.writes.clear()
            change_to(mtu).up().succeeded()
            pictures[mtu] = picture(wide_lab)
        total = len(killer.writes)
        assert total > 20, killer.writes

        print(f"\n{total} writes: {killer.writes}")
        mtu = 9000
        for number, after in moments(total):
            print(f"killed {'after' if after else 'before'} write {number}", flush=True)
            killer.number, killer.after = number, after
            killer.writes.clear()
            killer.killed.clear()
            interrupted = change_to(mtu).up()
            if killer.killed:
                interrupted.failed()
                assert plugins(stack.directory) == []
                killer.number = 0
                stack.up().succeeded()
            assert picture(wide_lab) == pictures[mtu], f"killed at {number}, after={after}"
            mtu = 10500 - mtu
        delete_vms(wide_lab)
        stack.program(*program(configs=5, mtu=1500, storage=False, managed=4))
        stack.up().succeeded()
        wide_lab.client.delete(f"{CONFIGS}/nc-5")
        stack.destroy().succeeded()


def moments(total: int) -> list[tuple[int, bool]]:
    """Before and after every write, or a sample of them spread over the whole change."""
    every = [(number, after) for number in range(1, total + 1) for after in (False, True)]
    return every if EVERYWHERE else every[3 :: len(every) // SAMPLES]


def make_unmanaged_config(lab: Lab) -> None:
    """A config of the cluster network that no program manages: it changes with the others."""
    uplink = {"nics": ["eno2", "eno3"], "linkAttributes": {"mtu": 1500}}
    spec = {
        "clusterNetwork": "cn-data",
        "nodeSelector": {"kubernetes.io/hostname": "node5"},
        "uplink": uplink,
    }
    kind = {"apiVersion": "network.harvesterhci.io/v1beta1", "kind": "VlanConfig"}
    lab.client.create(CONFIGS, kind | {"metadata": {"name": "nc-5"}, "spec": spec})
    eventually(lambda: len(lab.client.list(STATUSES)["items"]) == 5)
