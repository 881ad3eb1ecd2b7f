"""VmNetwork on the server: a NetworkAttachmentDefinition, whose CNI config is a text of JSON
(H1.6).
"""

from __future__ import annotations

import math
from dataclasses import replace

from ..change.goals import AnyGoal
from ..change.goals.vm_network import VmNetworkGoal
from ..cluster.errors import Forbidden, NotFound
from ..cluster.resources import (
    CLUSTER_NETWORK,
    NAD,
    NAMESPACE,
    VM,
    VMI,
    Object,
    is_terminating,
    key_of,
    split_key,
)
from ..harvester import blockers
from ..harvester.blockers import Blocker
from ..harvester.mtus import nad_mtu, uplink_mtu
from ..specs import vm_network as specs
from ..specs.limits import mtu_or_default
from ..specs.spec import Problem
from .call import Call
from .changes import is_disruptive
from .codecs.vm_network import VmNetworkCodec
from .desired_state import DesiredState
from .differences import Difference, Properties
from .failures import Refused
from .kind import Live
from .mtu import FollowsMtu, disagreement
from .vlans_on_nodes import looked_at_again


class VmNetwork(FollowsMtu[specs.VmNetwork]):
    """Life cycle of VM networks."""

    token = "harvester-net:index:VmNetwork"
    spec = specs.VmNetwork
    codec = VmNetworkCodec()
    outputs = specs.VmNetworkOutputs
    resource = NAD
    seconds_to_change = 3600
    blocking = (VM, VMI)

    def check_in_plan(
        self, desired: specs.VmNetwork, desired_state: DesiredState
    ) -> list[Problem]:
        key = f"{desired.namespace or specs.DEFAULT_NAMESPACE}/{desired.name}"
        return disagreement(
            f"VmNetwork {key}", desired.mtu, desired.cluster_network, desired_state
        )

    def given_by_resource(self, given: Properties, network: Properties) -> Properties:
        """An overlay network has no MTU of a cluster network."""
        mine = super().given_by_resource(given, network)
        if given.get("type") == specs.OVERLAY:
            mine.pop("mtu", None)
        return mine

    def diff(self, old: Properties, new: Properties) -> list[Difference]:
        """A network becomes an overlay, or ceases to be one, only as a new object (H3.4)."""
        found = super().diff(old, new)
        if (old.get("type") == specs.OVERLAY) == (new.get("type") == specs.OVERLAY):
            return found
        return [
            replace(each, replaces=True) for each in found if each.location == ("type",)
        ] + [each for each in found if each.location != ("type",)]

    def needs_check_at_apply(self, desired: specs.VmNetwork) -> bool:
        return desired.vlan_trunk is not None or desired.type == specs.OVERLAY

    def inputs_of(self, live: Object, mine: Properties, call: Call) -> Properties:
        """`type` says something new only where the VLANs do not say it already."""
        inputs = super().inputs_of(live, mine, call)
        if "type" not in mine and inputs.get("type") not in ("UntaggedNetwork", specs.OVERLAY):
            inputs.pop("type", None)
        return inputs

    def resource_name(self, key: str) -> str:
        """Two namespaces may have networks of one name."""
        namespace, name = split_key(key)
        return name if namespace == specs.DEFAULT_NAMESPACE else f"{namespace}-{name}"

    async def create(self, inputs: Properties, call: Call) -> Live:
        try:
            if call.preview or not _vlans(inputs):
                return await super().create(inputs, call)
            async with looked_at_again(inputs["clusterNetwork"], call):
                return await super().create(inputs, call)
        except (NotFound, Forbidden) as error:
            # The server names the namespace or the path, and not what to do.
            namespace = inputs.get("namespace") or specs.DEFAULT_NAMESPACE
            if trouble := await _trouble_with(namespace, call):
                raise Refused(trouble) from error
            raise

    async def update(
        self, key: str, old: Properties, new: Properties, outputs: Properties, call: Call
    ) -> Live:
        if call.preview or _vlans(old) == _vlans(new):
            return await super().update(key, old, new, outputs, call)
        async with looked_at_again(new["clusterNetwork"], call):
            return await super().update(key, old, new, outputs, call)

    async def _judge_create(self, desired: specs.VmNetwork, call: Call) -> None:
        await super()._judge_create(desired, call)
        namespace = desired.namespace or specs.DEFAULT_NAMESPACE
        if trouble := await _trouble_with(namespace, call):
            call.warn(trouble)

    async def change_goal(
        self, desired: specs.VmNetwork, live: Object, call: Call
    ) -> AnyGoal | None:
        patch = await self.patch_for(desired, live, call)
        goal = VmNetworkGoal(key=key_of(live), patch=patch)
        try:
            return goal if "spec" in patch and await is_disruptive(goal, None, call) else None
        except Forbidden:
            # Who may not see which VMs are in the way, such as a tenant, cannot stop them in
            # order either; Harvester says whether there are any.
            return None

    async def finish(self, desired: specs.VmNetwork, live: Object, call: Call) -> Object:
        """The server gives the network its MTU; it must become the one that was asked for."""
        wanted = mtu_or_default(desired.mtu)
        if desired.mtu is None or nad_mtu(live) == wanted:
            return live
        network = await call.cluster.get(
            CLUSTER_NETWORK, desired.cluster_network, call.deadline
        )
        decided = uplink_mtu(network) if network is not None else nad_mtu(live)
        if decided != wanted:
            raise Refused(
                f"the server gave it MTU {nad_mtu(live)}, not {wanted}: cluster network "
                f"{desired.cluster_network} has {decided}; set mtu={wanted} there"
            )
        key = key_of(live)
        call.tell(f"waiting for Harvester to give it MTU {wanted}")

        def follows() -> Object | None:
            seen = call.cluster.cached(NAD).get(key)
            return seen if seen is not None and nad_mtu(seen) == wanted else None

        namespace, _ = split_key(key)
        return await call.cluster.wait_for((NAD,), follows, call.deadline, namespace)

    def blockers(self, live: Object, call: Call) -> list[Blocker]:
        return blockers.of_vm_network(
            key_of(live),
            call.cluster.cached(VM).values(),
            call.cluster.cached(VMI).values(),
        )


def _vlans(inputs: Properties) -> Properties:
    """What the uplinks carry for a VM network; empty if it is untagged."""
    return {name: inputs[name] for name in ("vlan", "vlanTrunk") if inputs.get(name)}


async def _trouble_with(namespace: str, call: Call) -> str:
    """Why nothing can be made in a namespace; empty if it can, or if that cannot be seen."""
    try:
        found = await call.cluster.get_lately(NAMESPACE, namespace, math.inf, call.deadline)
    except Forbidden:
        return ""
    if found is None:
        return (
            f"namespace: there is no namespace {namespace}; if this program makes it, let "
            "this depend on it, so that Pulumi makes it first"
        )
    if is_terminating(found):
        return (
            f"namespace: {namespace} is being deleted; wait until it is gone, or use another"
        )
    return ""
