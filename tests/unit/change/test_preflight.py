"""What may not be done is said before anything is touched: at preview, and at `up`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from harvester_net.change import journal
from harvester_net.change.apply import apply_change
from harvester_net.change.consent import Consent, consent_of
from harvester_net.change.context import ChangeContext
from harvester_net.change.errors import ChangeRefused
from harvester_net.change.goals.network_config import ConfigGoal
from harvester_net.change.kinds import UNDER_WAY
from harvester_net.change.plan import plan
from harvester_net.change.preflight import READS_ONLY, why_not_allowed
from harvester_net.change.report import error_text
from harvester_net.change.rights import changing, verifying
from harvester_net.cluster.access import AccessSettings
from harvester_net.cluster.cluster import Cluster
from harvester_net.cluster.deadline import Deadline
from harvester_net.cluster.permissions import Attempt
from harvester_net.cluster.resources import (
    CONFIG_MAP,
    DAEMON_SET,
    MIGRATION,
    NODE,
    POD,
    SETTING,
    UPGRADE,
    VM,
    VMI,
    Object,
)
from harvester_net.cluster.rights import Right, rights
from harvester_net.kinds.call import Call
from harvester_net.kinds.changes import INPUTS, is_disruptive, preview_change
from harvester_net.kinds.failures import Refused
from harvester_net.lab.apiserver.errors import status as status_object
from harvester_net.specs.disruption import Disruption, VerifyOnNodes

from ... import objects
from ...cluster import LabApi
from ...rbac import let_in
from ...timing import QUICK
from ...waiting import SECONDS
from ..cli.cluster_of_one import follow, monitor, mtu_of, obey
from . import sites
from .live import LiveCluster, as_cluster
from .model import ModelPermissions
from .sites import UP

CONSENT = Disruption.model_validate({"stopVms": True, "cycleStorageNetwork": True})
HEAD = "MTU of cluster network data: 1500 -> 9000: refused, and nothing was changed:\n"
MAY_NOT = f"{HEAD}  - the user of the kubeconfig may not "
ROLE = "; `harvester-net rbac --for changes` prints the role"
STORAGE = '{"vlan":300,"clusterNetwork":"data","range":"192.168.0.0/24"}'
REVIEWS = ("selfsubjectrulesreviews", "selfsubjectaccessreviews")
PLANNED = (
    "MTU of cluster network data: 1500 -> 9000, in 3 steps:\n"
    "   1. stop VM default/a (Always)\n"
    "   2. set MTU 9000 on network config nc-1 (node1)\n"
    "   3. start VM default/a (Always)\n"
    "estimate: each VM is down for 1 to 5 minutes: to shut down up to 2 min, the uplinks of 1 "
    "node up to 30 s, to start up to 2 min. Nobody has measured it on this cluster\n"
    "note: the switch ports of the uplinks must carry frames of 9000 bytes; Harvester cannot "
    "tell, `harvester-net verify data` can\n"
    "plan id: a85407fe82d2-1-3"
)


def planned(api: LabApi) -> str:
    """The plan as a preview shows it."""
    return f"{PLANNED}\ncluster: {api.url} (context lab)"


@dataclass
class Site:
    """A cluster network of one config with a VM, and a user of it."""

    api: LabApi
    cluster: Cluster
    disruption: Disruption = CONSENT
    warned: list[str] = field(default_factory=list)

    async def preview(self) -> None:
        call = Call("urn", self.cluster, Deadline(SECONDS), warn=self.warned.append)
        await preview_change(UP, self.disruption, replace(call, preview=True))

    async def up(self) -> None:
        context = ChangeContext(self.cluster, Deadline(SECONDS), "urn")
        await apply_change(context, UP, consent_of(self.disruption))

    async def refusals(self) -> list[str]:
        """What is said at preview, and at `up`; nothing may be touched for either."""
        with pytest.raises(Refused) as shown:
            await self.preview()
        with pytest.raises(ChangeRefused) as refused:
            await self.up()
        assert self.api.get("virtualmachineinstances", "default/a")
        assert not self.api.has("configmaps", journal.KEY)
        assert {seen.plural for seen in self.api.writes()} == {"leases"}
        return [str(shown.value), error_text(refused.value, INPUTS)]


@asynccontextmanager
async def site(
    certificates: Path, given: Iterable[Right] | None, *others: Object
) -> AsyncIterator[Site]:
    """The site for a user with these rights, or for its administrator."""
    there = [
        objects.setting("server-version", "v1.8.0"),
        objects.node("node1"),
        objects.cluster_network("data", 1500),
        objects.config("nc-1", nodes=["node1"]),
        objects.vlan_status("nc-1", "node1"),
        monitor(index=5),
        objects.nad("vm100"),
        objects.vm("a", "default/vm100", status="Running", strategy="Always"),
        objects.vmi("a", "default/vm100"),
    ]
    async with LabApi(certificates, objects=[*there, *others]) as api:
        api.controllers["virtualmachines"] = lambda vm: obey(api, vm)
        api.controllers["vlanconfigs"] = lambda config: follow(api, config)
        user = None if given is None else let_in(api.plane, given)
        cluster = Cluster(AccessSettings(api.kubeconfig(user), environment=""), timings=QUICK)
        try:
            yield Site(api, cluster)
        finally:
            await cluster.close()


def all_but(*verbs_and_kinds: tuple[str, object]) -> list[Right]:
    """What changes need, without these."""
    return [
        right
        for right in changing() | verifying()
        if (right.verb, right.resource) not in verbs_and_kinds
    ]


STORAGE_ON_DATA = (
    objects.storage_setting(STORAGE),
    objects.storage_nad(),
    objects.setting("rwx-network", default='{"share-storage-network":false}'),
)
MISSING: dict[str, tuple[list[Right], tuple[Object, ...], str]] = {
    "stop VMs": (
        all_but(("patch", VM)),
        (),
        "patch virtualmachines.kubevirt.io in namespace default",
    ),
    "remove the journal": (
        all_but(("delete", CONFIG_MAP)),
        (),
        "delete configmaps harvester-net-journal in namespace harvester-system",
    ),
    "clear the storage network": (
        all_but(("patch", SETTING)),
        STORAGE_ON_DATA,
        "patch settings.harvesterhci.io storage-network",
    ),
    "watch": (
        all_but(("watch", VMI)),
        (),
        "watch virtualmachineinstances.kubevirt.io",
    ),
    "several": (
        all_but(("watch", VMI), ("patch", VM), ("patch", CONFIG_MAP)),
        (),
        "patch configmaps harvester-net-journal in namespace harvester-system, patch "
        "virtualmachines.kubevirt.io in namespace default, watch "
        "virtualmachineinstances.kubevirt.io",
    ),
}


@pytest.mark.parametrize(("given", "others", "what"), MISSING.values(), ids=list(MISSING))
async def test_missing_right_is_refused_before_anything_is_touched(
    certificates: Path, given: list[Right], others: tuple[Object, ...], what: str
) -> None:
    async with site(certificates, given, *others) as found:
        assert await found.refusals() == [f"{MAY_NOT}{what}{ROLE}"] * 2


async def test_right_in_some_namespaces_is_missing_in_the_others(certificates: Path) -> None:
    given = [
        *all_but(("patch", VM)),
        Right("patch", VM, "default"),
        Right("patch", VM, "prod"),
    ]
    elsewhere = [
        obj
        for namespace in ("prod", "test", "yard")
        for obj in (
            objects.vm("b", "default/vm100", namespace=namespace, strategy="Always"),
            objects.vmi("b", "default/vm100", namespace=namespace),
        )
    ]
    async with site(certificates, given, *elsewhere) as found:
        what = "patch virtualmachines.kubevirt.io in namespaces test and yard"
        assert await found.refusals() == [f"{MAY_NOT}{what}{ROLE}"] * 2


async def test_pods_of_the_proof_are_asked_about_too(certificates: Path) -> None:
    given = all_but(("create", POD), ("get", DAEMON_SET))
    async with site(certificates, given) as found:
        found.disruption = CONSENT.model_copy(update={"verify_on_nodes": VerifyOnNodes()})
        what = (
            "create pods in namespace harvester-system, get daemonsets.apps longhorn-manager "
            "in namespace longhorn-system; `harvester-net rbac --for changes --for verify` "
            "prints the role"
        )
        assert await found.refusals() == [f"{MAY_NOT}{what}"] * 2


async def test_reader_sees_the_plan_and_is_told_who_carries_it_out(
    certificates: Path,
) -> None:
    reading = [right for right in changing() if not right.writes]
    lease = rights(
        "create patch", *{r.resource for r in changing() if "Lease" in r.resource.kind}
    )
    async with site(certificates, reading) as found:
        await found.preview()
        assert found.warned == [READS_ONLY, planned(found.api)]
        assert found.api.writes() == []
    async with site(certificates, [*reading, *lease]) as found:
        # Whoever may write anything is not a reader.
        with pytest.raises(Refused, match="may not create configmaps in namespace"):
            await found.preview()


async def test_who_may_do_all_is_let_through(certificates: Path) -> None:
    for given in (None, all_but()):
        async with site(certificates, given) as found:
            await found.preview()
            assert found.warned == [planned(found.api)]
            await found.up()
            assert mtu_of(found.api) == 9000
            assert found.api.has("virtualmachineinstances", "default/a")
            assert not found.api.has("configmaps", journal.KEY)


@pytest.mark.parametrize(
    "silent",
    [
        lambda api: api.unserve(*REVIEWS),
        lambda api: [api.fail(f"POST {name}", 403, times=100) for name in REVIEWS],
        lambda api: [api.fail(f"POST {name}", 405, times=100) for name in REVIEWS],
        lambda api: [api.fail(f"POST {name}", 201, "{}", times=100) for name in REVIEWS],
        lambda api: [api.fail(f"POST {name}", 201, "[]", times=100) for name in REVIEWS],
    ],
    ids=["not served", "forbidden", "no method", "empty", "nonsense"],
)
async def test_server_that_answers_no_such_question_is_no_obstacle(
    certificates: Path, silent: Callable[[LabApi], object]
) -> None:
    async with site(certificates, all_but()) as found:
        silent(found.api)
        await found.preview()
        await found.up()
        assert mtu_of(found.api) == 9000


# --- what it costs ---------------------------------------------------------------------------


def asked(api: LabApi) -> dict[str, int]:
    """The questions of a preflight by what they are."""
    found: dict[str, int] = {}
    for seen in api.seen:
        if seen.plural in REVIEWS or "dryRun" in seen.query:
            found[seen.request] = found.get(seen.request, 0) + 1
    return found


def many_vms() -> list[Object]:
    """2 VMs in each of 30 namespaces."""
    return [
        obj
        for number in range(60)
        for obj in (
            objects.vm(
                f"b{number}",
                "default/vm100",
                namespace=f"team-{number % 30:02}",
                strategy="Always",
            ),
            objects.vmi(f"b{number}", "default/vm100", namespace=f"team-{number % 30:02}"),
        )
    ]


async def test_administrator_costs_one_question(certificates: Path) -> None:
    async with site(certificates, None) as found:
        await found.preview()
        assert asked(found.api) == {
            "POST selfsubjectrulesreviews": 1,
            "POST configmaps": 1,
            "PATCH virtualmachines": 1,
        }


async def test_least_role_costs_few_questions_however_many_vms(certificates: Path) -> None:
    async with site(certificates, all_but(), *many_vms()) as found:
        await found.preview()
        once = {
            "POST selfsubjectrulesreviews": 2,
            "POST configmaps": 1,
            "PATCH virtualmachines": 10,
        }
        assert asked(found.api) == once
        await found.preview()
        assert asked(found.api) == once, "a run asks once"


# --- policies --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("write", "status", "what"),
    [
        ("POST configmaps", 400, "write the journal"),
        ("PATCH virtualmachines", 403, "stop VM default/a"),
    ],
)
async def test_denial_by_a_policy_is_quoted_before_anything_is_touched(
    certificates: Path, write: str, status: int, what: str
) -> None:
    async with site(certificates, all_but()) as found:
        found.api.deny(write, "policy/frozen: no changes on Sundays", status=status)
        said = (
            f"{HEAD}  - the server would not let us {what}: "
            "validator.harvester-system.harvester-network-webhook: policy/frozen: no changes "
            "on Sundays"
        )
        assert await found.refusals() == [said] * 2


async def test_quota_is_quoted_too(certificates: Path) -> None:
    text = "configmaps is forbidden: exceeded quota: small"
    body = status_object(403, "Forbidden", text)
    async with site(certificates, all_but()) as found:
        found.api.fail("POST configmaps", 403, body, times=2)
        said = (
            f"{HEAD}  - the server would not let us write the journal: post "
            f"harvester-system/configmaps: {text}"
        )
        assert await found.refusals() == [said] * 2


async def test_webhook_that_cannot_be_tried_is_no_refusal(certificates: Path) -> None:
    text = 'admission webhook "audit.example.com" does not support dry run'
    body = status_object(400, "BadRequest", text)
    async with site(certificates, all_but()) as found:
        found.api.fail("PATCH virtualmachines", 400, body)
        await found.preview()
        assert found.warned == [planned(found.api)]


async def test_stop_is_not_tried_without_the_consent_to_it(certificates: Path) -> None:
    async with site(certificates, all_but()) as found:
        found.disruption = Disruption()
        with pytest.raises(Refused) as refused:
            await found.preview()
        assert str(refused.value) == (
            f"{HEAD}  - 1 VM must be stopped: default/a; allow it with disruption.stopVms: "
            f"true\nOnce allowed: {PLANNED}"
        )
        assert "PATCH virtualmachines" not in asked(found.api)


# --- what others have under way --------------------------------------------------------------


async def test_what_is_under_way_is_refused_at_preview_and_at_up(certificates: Path) -> None:
    said = (
        f"{HEAD}  - backup default/b1 of VM default/a is under way; wait until it is done, or "
        "delete it, first"
    )
    async with site(certificates, None, objects.backup("b1", progress=40)) as found:
        assert await found.refusals() == [said] * 2
        listed = {kind.plural: found.api.count(f"LIST {kind.plural}") for kind in UNDER_WAY}
        # Once for the preview, and afresh for the `up`.
        assert listed == dict.fromkeys(listed, 2)


async def test_a_preview_warns_of_what_may_be_in_the_way(certificates: Path) -> None:
    kept = {"fleet.cattle.io/bundle-name": "infra"}
    vm = objects.vm("a", "default/vm100", status="Running", strategy="Always", labels=kept)
    given = all_but(("list", UPGRADE))
    async with site(certificates, given, vm) as found:
        await found.preview()
        (shown,) = found.warned
    assert shown.splitlines()[4:6] == [
        "warning: Fleet (bundle infra) keeps VM default/a as its repository says, and may put "
        "that back while the change has it otherwise; suspend it first",
        "warning: the user of the kubeconfig may not list upgrades, or the server does not "
        "have them: see that no backup, restore or upgrade of Harvester is under way",
    ]


async def test_a_plan_that_nobody_sees_lists_no_more(certificates: Path) -> None:
    async with site(certificates, None) as found:
        await is_disruptive(UP, CONSENT, Call("urn", found.cluster, Deadline(SECONDS)))
        assert not any(found.api.count(f"LIST {kind.plural}") for kind in UNDER_WAY)


# --- nodes that are emptied ------------------------------------------------------------------


class Bounded(ModelPermissions):
    """A user who lacks these rights, on a server that keeps its last node open."""

    def __init__(self, *lacks: Right) -> None:
        self._lacks = set(lacks)

    async def missing(self, wanted: Iterable[Right], deadline: object) -> list[Right]:
        return [right for right in wanted if right in self._lacks]

    async def why_refused(self, attempt: Attempt, deadline: object) -> str:
        return "a webhook: it is the last node" if attempt.resource is NODE else ""


@pytest.mark.parametrize(
    ("lacks", "said"),
    [
        ((), "the server would not let us cordon node0: a webhook: it is the last node"),
        (
            (
                *rights("patch", NODE),
                *rights("create", MIGRATION, namespace="default"),
            ),
            "the user of the kubeconfig may not create "
            "virtualmachineinstancemigrations.kubevirt.io in namespace default, patch nodes; "
            "`harvester-net rbac --for changes --for uplinks` prints the role",
        ),
    ],
)
async def test_nodes_are_emptied_only_by_whoever_may(
    lacks: tuple[Right, ...], said: str
) -> None:
    live = LiveCluster(sites.site(nodes=2, vms={"default/a": "Always"}))
    live.permissions = Bounded(*lacks)
    goal = ConfigGoal(key="nc-0", patch={"uplink": {"nics": ["eth2"]}})
    record = plan(live.world.snapshot, goal, Consent(migrate_vms=True)).record
    refusals = await why_not_allowed(record, as_cluster(live), live.deadline())
    assert [str(refusal) for refusal in refusals] == [said]
