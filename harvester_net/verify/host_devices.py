"""The nodes' own device in a VLAN of a cluster network, read on the nodes.

What agents say of a HostNetworkConfig proves no address (B1.3, I#11519), and the API shows
none. Whoever calls it holds the lease of the ordered change, as for every look at the nodes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..cluster.cluster import Cluster
from ..cluster.deadline import Deadline
from ..specs.limits import host_device
from .check import NO_PODS, NoImage, answers_in, needed_for_pods, pod_options
from .devices import Devices
from .facts import CheckRequest
from .parsing import devices_in
from .pod_runs import OnProgress, remove_leftovers, run_pods
from .pods import look_task

UNTAGGED = 1
"""A pod that looks at this VLAN looks at the bridge itself."""


@dataclass(frozen=True)
class HostDevice:
    """What a node has."""

    address: str = ""
    """Its IPv4 address; empty if it has none."""
    mtu: int = 0
    """In bytes; 0 if there is no device."""


@dataclass(frozen=True)
class HostDevices:
    """What came of a look."""

    seen: Mapping[str, HostDevice] = field(default_factory=dict)
    unproven: tuple[str, ...] = ()
    """What could not be looked at, and why."""


@dataclass(frozen=True)
class Wanted:
    """What each node is to have."""

    device: str
    mtu: int | None
    """In bytes; None if it is not known."""
    addresses: Mapping[str, str]
    """By node, without prefix length; of a node that is not named any will do."""


async def look_at_hosts(
    cluster: Cluster,
    request: CheckRequest,
    nodes: Iterable[str],
    deadline: Deadline,
    on_progress: OnProgress,
) -> HostDevices:
    """Read the device in the request's VLAN on each of the nodes.

    What keeps it from looking is in the answer, not an error. Raises DeadlineExceeded, and
    ClusterError during an outage.
    """
    network, vlan = request.cluster_network, request.vlan or 0
    if vlan == UNTAGGED:
        return HostDevices(unproven=("the address of a device in VLAN 1 cannot be read",))
    task = look_task(network, vlan, cluster.timings.pod_check)
    try:
        options = await pod_options(cluster, request, deadline)
        await remove_leftovers(cluster, options.namespace, deadline)
        tasks = dict.fromkeys(sorted(nodes), task)
        answers = await run_pods(cluster, tasks, network, options, deadline, on_progress)
    except NO_PODS as error:
        reason = f"nobody looked at the nodes, because no pod may run there: {error}"
        return HostDevices(unproven=(f"{reason}; {needed_for_pods(error, request)}",))
    except NoImage as error:
        return HostDevices(unproven=(str(error),))
    read, silent = answers_in(answers, lambda node, said: devices_in(said, node, network))
    device = host_device(network, vlan)
    return HostDevices(
        {node: _device(seen, device) for node, seen in read.items()},
        tuple(f"{node} was not looked at: {why}" for node, why in silent),
    )


def _device(seen: Devices, name: str) -> HostDevice:
    return HostDevice(seen.address, seen.host_devices.get(name, 0))


def problems(found: HostDevices, wanted: Wanted) -> list[str]:
    """All that is not as it should be, or could not be seen, a sentence each; pure."""
    differing = [
        f"{node}: {what}"
        for node, device in sorted(found.seen.items())
        for what in _problems(node, device, wanted)
    ]
    return [*differing, *(f"not proven: {reason}" for reason in found.unproven)]


def _problems(node: str, device: HostDevice, wanted: Wanted) -> list[str]:
    name = wanted.device
    if not device.mtu:
        return [f"there is no device {name}, though its agent says so"]
    told, address = [], wanted.addresses.get(node, "")
    if not device.address:
        told.append(
            f"{name} has no address, though its agent says that it is ready; "
            + ("replace the host network config" if address else "does DHCP answer there?")
        )
    elif address and device.address != address:
        told.append(
            f"{name} has the address {device.address}, not {address}; agents give a device "
            "that is there no other one: replace the host network config"
        )
    if wanted.mtu is not None and device.mtu != wanted.mtu:
        told.append(
            f"{name} has MTU {device.mtu}, not {wanted.mtu}; it stays so until the host "
            "network config is made again"
        )
    return told
