"""Nothing is lost: the plugin is killed before and after every single write of a change.

`make test-kill` runs all of them; `make test` a sample.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from harvester_net.lab.proxy import Proxy
from lab import Lab
from tests import objects
from tests.e2e.stack import Stack
from tests.e2e.waiting import eventually

from .killer import Killer, plugins
from .picture import NETWORK, Picture, picture
from .site import FULL_CONSENT, delete_vms, make_vms, program

# What is killed is the process that the engine started.
pytestmark = [pytest.mark.started, pytest.mark.destroyed]

CONFIGS = f"{NETWORK}/vlanconfigs"
STATUSES = f"{NETWORK}/vlanstatuses"
EVERYWHERE = bool(os.environ.get("HARVESTER_NET_KILL_EVERYWHERE"))
SAMPLES = 4


@dataclass
class Site:
    """A site in use, a way to kill its changes, and what it looks like with each MTU."""

    stack: Stack
    killer: Killer
    pictures: dict[int, Picture]
    writes: int
    """How many writes a change is."""

    def change_to(self, mtu: int) -> Stack:
        return self.stack.program(
            *program(configs=5, mtu=mtu, storage=True, consent=FULL_CONSENT, managed=4)
        )

    def killed(self, mtu: int, number: int, after: bool) -> bool:
        """Change to the MTU and be killed at a write; False if it was over before."""
        self.killer.number, self.killer.after = number, after
        self.killer.writes.clear()
        self.killer.killed.clear()
        ran = self.change_to(mtu).up()
        print(f"{ran.output}\nwrites: {self.killer.writes}")
        self.killer.number = 0
        if self.killer.killed:
            ran.failed()
            assert plugins(self.stack.directory) == []
        else:
            ran.succeeded()
        return bool(self.killer.killed)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, wide_lab: Lab) -> Iterator[Site]:
    """Five configs, one of them in no program, VMs of every kind, the storage network."""
    directory = tmp_path_factory.mktemp("killed")
    with Proxy(wide_lab) as proxy:
        kubeconfig = proxy.kubeconfig(directory / "kubeconfig")
        stack = Stack(directory / "project", wide_lab, KUBECONFIG=str(kubeconfig))
        made = Site(stack, Killer(proxy, stack.directory), {}, 0)
        stack.program(*program(configs=5, mtu=1500, storage=False, managed=4))
        stack.up().succeeded()
        make_unmanaged_config(wide_lab)
        made.change_to(1500).up().succeeded()
        make_vms(wide_lab)
        for mtu in (9000, 1500):
            made.killer.writes.clear()
            made.change_to(mtu).up().succeeded()
            made.pictures[mtu] = picture(wide_lab)
        made.writes = len(made.killer.writes)
        print(f"\n{made.writes} writes: {made.killer.writes}")
        assert made.writes > 20
        yield made
        delete_vms(wide_lab)
        stack.program(*program(configs=5, mtu=1500, storage=False, managed=4))
        stack.up().succeeded()
        wide_lab.client.delete(f"{CONFIGS}/nc-5")
        stack.destroy().succeeded()


def test_killed_at_every_write_the_next_up_comes_to_the_same_end(
    site: Site, wide_lab: Lab
) -> None:
    """Up to 9000 and back to 1500 in turn, each time killed at another write."""
    mtu = 9000
    for number, after in moments(site.writes):
        print(f"killed {'after' if after else 'before'} write {number}", flush=True)
        if site.killed(mtu, number, after):
            print(site.change_to(mtu).up().succeeded().output)
        assert picture(wide_lab) == site.pictures[mtu], f"killed at {number}, after={after}"
        mtu = 10500 - mtu
    site.change_to(1500).up().succeeded()


def test_killed_at_every_write_the_old_wish_leads_back_to_the_start(
    site: Site, wide_lab: Lab
) -> None:
    """Each time killed at another write on the way to 9000, and rolled back to 1500."""
    for number, after in moments(site.writes):
        print(f"back from {'after' if after else 'before'} write {number}", flush=True)
        site.killed(9000, number, after)
        print(site.change_to(1500).up().succeeded().output)
        assert picture(wide_lab) == site.pictures[1500], f"killed at {number}, after={after}"


def moments(total: int) -> list[tuple[int, bool]]:
    """Before and after every write, or a sample of them spread over the whole change."""
    every = [(number, after) for number in range(1, total + 1) for after in (False, True)]
    return every if EVERYWHERE else every[3 :: len(every) // SAMPLES]


def make_unmanaged_config(lab: Lab) -> None:
    """A config of the cluster network that no program manages: it changes with the others."""
    config = objects.new_config(
        "nc-5",
        "cn-data",
        uplink={"nics": ["eno2", "eno3"], "linkAttributes": {"mtu": 1500}},
        spec={"nodeSelector": {"kubernetes.io/hostname": "node5"}},
    )
    lab.client.create(CONFIGS, config)
    eventually(lambda: len(lab.client.list(STATUSES)["items"]) == 5)
