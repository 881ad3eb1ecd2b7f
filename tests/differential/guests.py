"""VMs and their running instances."""

from __future__ import annotations

from hypothesis.strategies import DrawFn

from harvester_net.cluster.resources import Object, key_of
from tests import objects

from .networks import GONE_SINCE
from .pools import GUESTS, NODES, TENANT, chance, mostly, pick

STRATEGIES = ("Halted", "Always", "RerunOnFailure", "Manual", "Once")
STATUSES = ("Stopped", "Running", "Starting", "CrashLoopBackOff", "Paused", "")
PHASES = ("Running", "Succeeded", "Failed", "Pending", "Scheduling", "")


def guests(draw: DrawFn, nads: list[Object], quiet: bool) -> list[Object]:
    """VMs, instances, or both of one name; in a quiet cluster all of them are stopped."""
    made: list[Object] = []
    count = pick(draw, (0, 1, 1, 2)) if quiet else pick(draw, (3, 2, 1))
    for name in GUESTS[:count]:
        namespace = mostly(draw, "default", (TENANT,), 3)
        used = _used(draw, nads, namespace)
        what = "VM" if quiet else pick(draw, ("both", "VM", "VMI"))
        if what != "VMI":
            made.append(_vm(draw, name, namespace, used, quiet))
        if what != "VM" or (quiet and chance(draw, 2)):
            made.append(_vmi(draw, name, namespace, used, quiet))
    return made


def _used(draw: DrawFn, nads: list[Object], namespace: str) -> tuple[str, ...]:
    """A VM network by one of the spellings that KubeVirt takes, or none, or one too many."""
    if not nads or chance(draw, 1):
        return ()
    nad = pick(draw, nads)
    whole, short = key_of(nad), nad["metadata"]["name"]
    same = nad["metadata"]["namespace"] == namespace
    first = short if same and chance(draw, 5) else whole
    # A short name means a network of the VM's own namespace, even if none is there.
    return (mostly(draw, first, (short,), 1),)


def _vm(draw: DrawFn, name: str, namespace: str, used: tuple[str, ...], quiet: bool) -> Object:
    strategy = pick(draw, STRATEGIES)
    status = "Stopped" if quiet else pick(draw, STATUSES)
    if quiet and not chance(draw, 3):
        strategy = "Halted"
    made = objects.vm(name, *used, namespace=namespace, status=status, strategy=strategy)
    _complete(made["spec"]["template"]["spec"], used)
    if chance(draw, 2):
        made["spec"]["running"] = pick(draw, (False, False, True))
        if chance(draw, 9):
            del made["spec"]["runStrategy"]
    if not quiet and chance(draw, 1):
        del made["status"]
    return made


def _vmi(
    draw: DrawFn, name: str, namespace: str, used: tuple[str, ...], quiet: bool
) -> Object:
    phase = pick(draw, ("Succeeded", "Failed")) if quiet else pick(draw, PHASES)
    made = objects.vmi(
        name,
        *used,
        namespace=namespace,
        phase=phase,
        node=pick(draw, (*NODES[:3], *NODES[:3], "node9")),
    )
    _complete(made["spec"], used)
    if chance(draw, 2):
        del made["status"]["nodeName"]
    return made


def migrations(draw: DrawFn) -> list[Object]:
    """Seldom one migration of a VM, under way, done, or not yet begun."""
    if not chance(draw, 3):
        return []
    made = migration(pick(draw, ({"completed": False}, {"completed": True}, None)))
    if chance(draw, 3):
        made["metadata"] |= GONE_SINCE
    return [made]


def migration(state: dict[str, bool] | None) -> Object:
    """A migration of a VM, how far it is."""
    status = {} if state is None else {"migrationState": state}
    return objects.migration("moving", GUESTS[0], **status)


def _complete(spec: Object, used: tuple[str, ...]) -> None:
    interfaces = [{"name": f"nic-{at}", "bridge": {}} for at, _ in enumerate(used)]
    spec["domain"] = {"devices": {"interfaces": interfaces}}
