"""What happened around a change when it was least expected, each with the real command
(docs/safety.md).
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from aiohttp import web

from harvester_net.cli.render.roles import text
from harvester_net.lab.api import ApiError
from harvester_net.lab.proxy import Proxy, Request
from lab import Lab
from tests import objects
from tests.rbac import RBAC, bound

from .command import (
    CONSENT,
    JOURNAL,
    SECONDS,
    has_journal,
    mtus,
    run,
    start,
    state,
    stuck_in_the_middle,
    without_mtu,
)
from .failures import set_faults
from .vms import VMS, delete_vm, phase
from .waiting import eventually

READING = ("GET", "HEAD")
LONGHORN = "../../../../apis/apps/v1/namespaces/longhorn-system/daemonsets/longhorn-manager"
CHANGES = list(yaml.safe_load_all(text(["changes"])))
NEARLY = "nearly"
EVIL = {"template": {"spec": {"hostNetwork": True}}}
FORGED = {
    "format": 1,
    "goal": {"kind": "config", "key": LONGHORN, "patch": EVIL},
    "version": [1, 8],
}


def test_journal_that_somebody_else_has_written_is_not_carried_out(site: Lab) -> None:
    before = state(site)
    journal: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": JOURNAL.rpartition("/")[2]},
        "data": {"record": json.dumps(FORGED)},
    }
    site.client.create(JOURNAL.rpartition("/")[0], journal)
    with Proxy(site) as proxy:
        kubeconfig = proxy.kubeconfig(site.directory / "proxied.kubeconfig")
        for command in (("change", "cn-data", "1500"), ("resume",), ("roll-back",)):
            code, out, err = run(site, *command, kubeconfig=kubeconfig)
            assert (code, out) == (1, ""), err
            assert "is not as harvester-net writes it, and is not carried out: " in err
            assert "Somebody else has written it: find out who" in err
        written = {request.what for request in proxy.requests if request.method not in READING}
    assert written <= {"POST leases", "PATCH leases"}
    site.client.delete(JOURNAL)
    assert state(site) == before


def kubeconfig_without(lab: Lab, verb: str, kind: str) -> Path:
    """That of a user who may do all that changes need, but one thing."""
    for obj in bound([_without(role, verb, kind) for role in CHANGES], NEARLY):
        space = obj["metadata"].get("namespace")
        place = f"namespaces/{space}/" if space else ""
        with suppress(ApiError):
            lab.client.create(f"/apis/{RBAC}/v1/{place}{obj['kind'].lower()}s", obj)
    config = json.loads(lab.kubeconfig.read_text())
    config["users"][0]["user"]["as"] = NEARLY
    file = lab.directory / f"{NEARLY}.kubeconfig"
    file.write_text(json.dumps(config))
    return file


def _without(role: dict[str, Any], verb: str, kind: str) -> dict[str, Any]:
    rules = [
        rule | {"verbs": [one for one in rule["verbs"] if one != verb]}
        if kind in rule["resources"]
        else rule
        for rule in role["rules"]
    ]
    name = {"name": f"{role['metadata']['name']}-{NEARLY}"}
    return role | {"metadata": role["metadata"] | name, "rules": rules}


def test_right_that_is_missing_in_the_end_is_missed_before_the_beginning(site: Lab) -> None:
    """Without it the VMs were down and two configs deleted, when the third was to be made."""
    before = state(site)
    user = kubeconfig_without(site, "create", "vlanconfigs")
    said = (
        "the user of the kubeconfig may not create vlanconfigs.network.harvesterhci.io; "
        "`harvester-net rbac --for changes` prints the role"
    )

    def planned() -> tuple[int, str, str]:
        return run(site, "plan", "cn-data", "9000", *CONSENT, kubeconfig=user)

    eventually(lambda: said in planned()[1])  # The real server hears of roles by a watch.
    assert planned()[0] == 3
    options = (*CONSENT, "--on-failure", "roll-back")
    code, out, err = run(site, "change", "cn-data", "9000", *options, kubeconfig=user)
    assert (code, out) == (3, "")
    assert said in err
    assert state(site) == before
    assert not has_journal(site)


@dataclass
class CutOff:
    """Cuts a client off when a config of its has been deleted, before it hears of that."""

    proxy: Proxy
    cut: bool = False
    deletions: int = 0

    def __post_init__(self) -> None:
        self.proxy.before, self.proxy.after = self._before, self._after

    async def _before(self, request: Request) -> web.StreamResponse | None:
        if self.cut:
            raise ConnectionResetError
        self.deletions += request.what == "DELETE vlanconfigs"
        return None

    async def _after(self, request: Request) -> None:
        if request.what == "DELETE vlanconfigs":
            self.cut = True
        if self.cut:
            raise ConnectionResetError


def test_client_that_was_cut_off_deletes_nothing_after_another_has_finished(
    site: Lab,
) -> None:
    """Its retried deletion took away what the other one had just made again."""
    before = state(site)
    with Proxy(site) as proxy:
        way = CutOff(proxy)
        user = proxy.kubeconfig(site.directory / "proxied.kubeconfig")
        with start(site, "change", "cn-data", "9000", *CONSENT, kubeconfig=user) as child:
            try:
                eventually(lambda: child.poll() is not None or way.cut)
                code, out, err = run(site, "resume")
                assert (code, err) == (0, ""), out
                deletions, way.cut = way.deletions, False
                out, err = child.communicate(timeout=SECONDS)
            finally:
                child.kill()
        assert child.returncode == 4, out + err
        assert "the lease" in err
        assert way.deletions == deletions
    after = state(site)
    assert without_mtu(after) == without_mtu(before)
    assert mtus(site) == {9000}
    assert not has_journal(site)


def told(lab: Lab) -> list[str]:
    """The Events of changes on the cluster network, in their order."""
    found = lab.client.list("/api/v1/namespaces/default/events")["items"]
    about = [event for event in found if event["involvedObject"].get("name") == "cn-data"]
    ours = [event for event in about if event["source"].get("component") == "harvester-net"]
    return [event["reason"] for event in sorted(ours, key=lambda it: it["lastTimestamp"])]


def test_vm_that_appears_before_the_storage_network_returns_is_taken_in(site: Lab) -> None:
    """A guest cluster makes new VMs just because its own are down; nobody got out of that."""
    before = state(site)
    with stuck_in_the_middle(site) as (child, _):
        site.client.create(VMS, objects.new_vm("new", "default/vm100"))
        eventually(lambda: phase(site, "new") == "Running")
        set_faults(site)
        out, err = child.communicate(timeout=SECONDS)
    try:
        assert (child.returncode, err) == (0, ""), out
        assert "stop VM default/new" in out
        assert told(site)[-2:] == ["ChangeBegun", "ChangeFinished"]
        eventually(lambda: phase(site, "new") == "Running")
    finally:
        delete_vm(site, "new")
        eventually(lambda: phase(site, "new") is None)
    assert without_mtu(state(site)) == without_mtu(before)
    assert mtus(site) == {9000}
