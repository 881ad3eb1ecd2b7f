"""DhcpPool on the server: an IPPool of the managed DHCP add-on, which few clusters have
(B4.2).
"""

from __future__ import annotations

from dataclasses import replace

from ..cluster.errors import NotFound
from ..cluster.resources import (
    DHCP_POOL,
    SERVICE_CIDR,
    VM,
    VM_NETWORK_CONFIG,
    Object,
    is_terminating,
    key_of,
    split_key,
)
from ..harvester.blockers import Blocker
from ..harvester.dhcp_pools import network_of, not_ready, users_of, vm_of
from ..harvester.names import SYSTEM_NAMESPACE
from ..harvester.wording import listed
from ..specs import dhcp_pool as specs
from .call import Call
from .codecs.dhcp_pool import DhcpPoolCodec
from .codecs.vm_network import VmNetworkCodec
from .differences import Difference, Properties
from .failures import Refused
from .kind import Live
from .owned import OwnedKind

TOLD_TO_VMS = ("router", "dns", "domainName", "domainSearch", "ntp", "leaseTime")
"""What a running agent does not learn of (I#7015)."""


class DhcpPool(OwnedKind[specs.DhcpPool]):
    """Life cycle of DHCP pools."""

    token = "harvester-net:index:DhcpPool"
    spec = specs.DhcpPool
    codec = DhcpPoolCodec()
    outputs = specs.DhcpPoolOutputs
    resource = DHCP_POOL
    blocking = (VM_NETWORK_CONFIG,)
    judged_by = (DHCP_POOL, SERVICE_CIDR, VM)

    def given_by_resource(self, given: Properties, network: Properties) -> Properties:
        """``network``: the checked inputs of a VmNetwork."""
        key = VmNetworkCodec().key(network) if "name" in network else None
        return {} if key is None else {"vmNetwork": key}

    def diff(self, old: Properties, new: Properties) -> list[Difference]:
        """A router can be added, but stays then."""
        return [
            replace(each, replaces=True)
            if each.location == ("router",) and old.get("router")
            else each
            for each in super().diff(old, new)
        ]

    def needs_check_at_apply(self, desired: specs.DhcpPool) -> bool:
        return True

    def resource_name(self, key: str) -> str:
        """Two namespaces may have pools of one name."""
        namespace, name = split_key(key)
        return name if namespace == specs.DEFAULT_NAMESPACE else f"{namespace}-{name}"

    async def create(self, inputs: Properties, call: Call) -> Live:
        if (key := self.key(inputs)) is not None:
            await _require_served(key, call)
        return await super().create(inputs, call)

    async def read(
        self, key: str, inputs: Properties, outputs: Properties, call: Call
    ) -> Live | None:
        try:
            return await super().read(key, inputs, outputs, call)
        except NotFound:
            return None  # The kind is not served, so there is none.

    async def update(
        self, key: str, old: Properties, new: Properties, outputs: Properties, call: Call
    ) -> Live:
        done = await super().update(key, old, new, outputs, call)
        changed = {str(each.location[0]) for each in self.diff(old, new)}
        told = [name for name in TOLD_TO_VMS if name in changed]
        if told and not new.get("paused"):
            call.warn(
                f"{self._named(key)}: its agent goes on with the old {listed(told)} until it "
                f"is made anew; delete pod {SYSTEM_NAMESPACE}/{key.replace('/', '-')}-agent"
            )
        return done

    def unfinished(self, live: Object, call: Call) -> list[str]:
        return not_ready(live)

    async def finish(self, desired: specs.DhcpPool, live: Object, call: Call) -> Object:
        key = key_of(live)

        def look() -> Object | None:
            seen = call.cluster.cached(DHCP_POOL).get(key)
            if seen is None:
                raise Refused(f"{self._named(key)} was deleted meanwhile")
            if waiting := not_ready(seen):
                call.tell("; ".join(waiting))
                return None
            call.tell("ready")
            return seen

        namespace, _ = split_key(key)
        return await call.cluster.wait_for((DHCP_POOL,), look, call.deadline, namespace)

    def blockers(self, live: Object, call: Call) -> list[Blocker]:
        configs = call.cluster.cached(VM_NETWORK_CONFIG)
        return [
            Blocker(f"VM {vm_of(config)}, which has an address of it", is_terminating(config))
            for config in users_of(network_of(live), configs)
        ]

    async def delete(self, key: str, outputs: Properties, call: Call) -> None:
        try:
            await super().delete(key, outputs, call)
        except NotFound:
            return  # The kind is not served, so there is none.


async def _require_served(key: str, call: Call) -> None:
    try:
        await call.cluster.get_cached(DHCP_POOL, key, call.deadline)
    except NotFound as error:
        raise Refused(
            "a DhcpPool needs the experimental add-on vm-dhcp-controller, which is not enabled"
            " on this cluster; enable it first"
        ) from error
