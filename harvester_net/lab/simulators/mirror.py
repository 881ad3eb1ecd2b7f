"""The live objects that the simulated machines look at, each kind watched once for all."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Protocol

from harvester_net.lab import faults
from harvester_net.lab.api import Api, ApiError, Object
from harvester_net.lab.simulators.timings import Timings

log = logging.getLogger(__name__)

Listener = Callable[[str, Object], None]

NETWORK = "/apis/network.harvesterhci.io/v1beta1"
KUBEVIRT = "/apis/kubevirt.io/v1"
LONGHORN = "/apis/longhorn.io/v1beta2"
WHEREABOUTS = "/apis/whereabouts.cni.cncf.io/v1alpha1"
MONITORING = "/apis/monitoring.coreos.com/v1"
CORE = "/api/v1"
_UNTIL_SERVED = 2.0
"""Seconds between looks for a kind that is not served."""


def key_of(obj: Object) -> str:
    """`namespace/name`, or `name` for cluster-wide kinds."""
    metadata = obj["metadata"]
    namespace = metadata.get("namespace")
    return f"{namespace}/{metadata['name']}" if namespace else str(metadata["name"])


def is_deleting(obj: Object) -> bool:
    return bool(obj["metadata"].get("deletionTimestamp"))


class Mirror:
    """All objects of one kind; `resource` is the collection's path for every namespace."""

    def __init__(
        self,
        api: Api,
        group: str,
        plural: str,
        namespaced: bool = True,
        *,
        optional: bool = False,
    ) -> None:
        """`optional`: not every version of Harvester has the kind; of one that is not served
        there is nothing.
        """
        self._api = api
        self._optional = optional
        self._group = group
        self._plural = plural
        self.namespaced = namespaced
        self._listeners: list[Listener] = []
        self.objects: dict[str, Object] = {}
        self.listed = asyncio.Event()

    def __iter__(self) -> Iterator[Object]:
        return iter(list(self.objects.values()))

    def get(self, key: str) -> Object | None:
        return self.objects.get(key)

    def path(self, key: str) -> str:
        namespace, _, name = key.rpartition("/")
        scope = f"/namespaces/{namespace}" if namespace else ""
        return f"{self._group}{scope}/{self._plural}/{name}"

    def path_of(self, obj: Object) -> str:
        return self.path(key_of(obj))

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` at every change from now on; the answer ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def follow(self, retry: float) -> None:
        while True:
            try:
                await self._watch()
            except ApiError as error:
                if self._optional and error.status == 404:
                    self.listed.set()
                    await asyncio.sleep(_UNTIL_SERVED)
                    continue
                # Another part of the lab may still have to register this kind.
                log.warning("can't watch %s yet: %s", self._plural, error)
                await asyncio.sleep(retry)

    async def _watch(self) -> None:
        path = f"{self._group}/{self._plural}"
        async for event, obj in self._api.watch(path, bookmarks=True):
            if event == "BOOKMARK":
                self.listed.set()
            else:
                self._take(event, obj)

    def _take(self, event: str, obj: Object) -> None:
        if event == "DELETED":
            self.objects.pop(key_of(obj), None)
        else:
            self.objects[key_of(obj)] = obj
        for listener in list(self._listeners):
            listener(event, obj)


class RealNodes(Protocol):
    """What real nodes do themselves and simulated ones can't."""

    async def obey(self, wanted: faults.Faults, nodes: list[str]) -> None:
        """Bring the faults about. Raises LabError if one can't be had."""

    def can_run(self, pod: Object) -> bool:
        """Whether the pod is of the host's network and on a real node."""

    async def run(self, pod: Object) -> None:
        """Run such a pod to its end."""

    async def remove(self, pod: Object) -> None:
        """End such a pod, if it runs, and take it away."""


class World:
    """Everything the simulators see and how they act on it as the admin."""

    def __init__(self, api: Api, timings: Timings) -> None:
        self.api = api
        self.timings = timings
        self.real_nodes: RealNodes | None = None
        """What is real of the nodes, in a lab that has some."""
        self.nodes = Mirror(api, CORE, "nodes", namespaced=False)
        self.pods = Mirror(api, CORE, "pods")
        self.claims = Mirror(api, CORE, "persistentvolumeclaims")
        self.config_maps = Mirror(api, CORE, "configmaps")
        self.cluster_networks = Mirror(api, NETWORK, "clusternetworks", namespaced=False)
        self.vlan_configs = Mirror(api, NETWORK, "vlanconfigs", namespaced=False)
        self.vlan_statuses = Mirror(api, NETWORK, "vlanstatuses", namespaced=False)
        self.link_monitors = Mirror(api, NETWORK, "linkmonitors", namespaced=False)
        self.host_networks = Mirror(
            api, NETWORK, "hostnetworkconfigs", namespaced=False, optional=True
        )
        self.kubevirts = Mirror(api, KUBEVIRT, "kubevirts")
        self.vms = Mirror(api, KUBEVIRT, "virtualmachines")
        self.vmis = Mirror(api, KUBEVIRT, "virtualmachineinstances")
        self.volumes = Mirror(api, LONGHORN, "volumes")
        self.longhorn_settings = Mirror(api, LONGHORN, "settings")
        self.pools = Mirror(api, WHEREABOUTS, "ippools")
        self.prometheuses = Mirror(api, MONITORING, "prometheuses")
        self.faults_text = ""
        self.faults_error = ""
        """Why the text can't be read."""
        self._faults: faults.Faults = frozenset()

    @property
    def mirrors(self) -> list[Mirror]:
        return [value for value in vars(self).values() if isinstance(value, Mirror)]

    @property
    def faults(self) -> faults.Faults:
        """The faults asked for; those of a text that can't be read are as they were."""
        found = self.config_maps.get(f"{faults.NAMESPACE}/{faults.NAME}") or {}
        text = (found.get("data") or {}).get(faults.REQUESTED, "")
        if text != self.faults_text:
            self.faults_text = text
            self.faults_error = ""
            try:
                self._faults = faults.parse_faults(text)
            except ValueError as error:
                self.faults_error = f"faults stay as they were: {error}"
        return self._faults

    async def follow(self) -> None:
        async with asyncio.TaskGroup() as group:
            for mirror in self.mirrors:
                group.create_task(mirror.follow(self.timings.retry))


async def whenever(changed: asyncio.Event, *mirrors: Mirror) -> AsyncIterator[None]:
    """Yield once all are listed and then after changes; many at a time count as one.

    The caller may set `changed` itself to be called once more.
    """
    for mirror in mirrors:
        await mirror.listed.wait()
    ends = [mirror.listen(lambda _event, _obj: changed.set()) for mirror in mirrors]
    try:
        while True:
            changed.clear()
            yield
            await changed.wait()
    finally:
        for end in ends:
            end()
