"""Who keeps an object from being deleted (H3.1, H3.2, H3.4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..cluster.resources import Object, is_terminating, key_of, labels_of
from .names import CLUSTER_NETWORK_LABEL, CONFIG_LABEL
from .network_configs import node_of
from .vm_networks import is_of_a_setting, is_system_nad, nads_of
from .workloads import node_of_vmi, uses


@dataclass(frozen=True, order=True)
class Blocker:
    """An object that must go, or let go, before another one can be deleted."""

    words: str
    """What it is, for the user: ``VM default/vm1``."""
    going: bool = False
    """Whether it is being deleted already."""


def of_cluster_network(
    name: str,
    configs: Iterable[Object],
    nads: Iterable[Object],
    statuses: Iterable[Object] = (),
) -> list[Blocker]:
    """The network configs, VM networks and old uplinks that hang on a cluster network.

    An uplink without a config goes by itself. The server does not wait for it, but its
    controller lets go of the node's status only while it finds the cluster network: a status
    that outlives it stays for ever.
    """
    nads = list(nads)
    own = nads_of(name, nads)
    carrying = [c for c in configs if c["spec"].get("clusterNetwork") == name]
    configured = {key_of(config) for config in carrying}
    blockers = [
        Blocker(f"network config {key_of(config)}", is_terminating(config))
        for config in carrying
    ]
    blockers += [_nad_blocker(nad) for nad in nads if key_of(nad) in own]
    blockers += [
        Blocker(f"the uplink of {node_of(status)}", going=True)
        for status in statuses
        if labels_of(status).get(CLUSTER_NETWORK_LABEL) == name
        and labels_of(status).get(CONFIG_LABEL) not in configured
    ]
    return sorted(blockers)


def of_network_config(
    config: Object,
    matched: set[str],
    nads: Iterable[Object],
    vmis: Iterable[Object],
    *,
    storage_leaves: bool = False,
) -> list[Blocker]:
    """The running VMs on the config's nodes, and the storage network, that need its uplink.

    ``storage_leaves`` says that the storage network is being cleared at this moment.
    """
    nads = list(nads)
    own = nads_of(config["spec"]["clusterNetwork"], nads)
    system = [nad for nad in nads if key_of(nad) in own and is_system_nad(nad)]
    users = [vmi for vmi in vmis if node_of_vmi(vmi) in matched and uses(vmi, own)]
    networks = [_nad_blocker(nad) for nad in system]
    if storage_leaves:
        networks = [Blocker(blocker.words, going=True) for blocker in networks]
    return sorted(networks) + sorted(map(_vmi_blocker, users))


def of_vm_network(key: str, vms: Iterable[Object], vmis: Iterable[Object]) -> list[Blocker]:
    """The VMs, running or not, that name a VM network."""
    running = [vmi for vmi in vmis if uses(vmi, {key})]
    names, known = {key_of(vmi) for vmi in running}, {key_of(vm): vm for vm in vms}
    let_go = {name for name in names & known.keys() if not uses(known[name], {key})}
    stopped = [vm for name, vm in known.items() if uses(vm, {key}) and name not in names]
    held = [_vmi_blocker(vmi, restart=key_of(vmi) in let_go) for vmi in running]
    return sorted(held) + sorted(
        Blocker(f"VM {key_of(vm)} (its spec names the network)", is_terminating(vm))
        for vm in stopped
    )


def _nad_blocker(nad: Object) -> Blocker:
    words = f"VM network {key_of(nad)}"
    if is_system_nad(nad):
        words = f"the storage or RWX network ({key_of(nad)})"
    elif is_of_a_setting(nad):
        words = f"the VM migration network ({key_of(nad)})"
    return Blocker(words, is_terminating(nad))


def _vmi_blocker(vmi: Object, *, restart: bool = False) -> Blocker:
    phase = (vmi.get("status") or {}).get("phase") or "not yet running"
    node = f" on {node_of_vmi(vmi)}" if node_of_vmi(vmi) else ""
    enough = "; its spec names the network no more: restart it" if restart else ""
    return Blocker(f"VM {key_of(vmi)} ({phase}{node}{enough})", is_terminating(vmi))
