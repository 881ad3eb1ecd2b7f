"""StorageNetwork on the server: the Setting storage-network, which is always there (H1.7,
H4.7).

Nothing is created or deleted: the text of the Setting changes, and Harvester's controller then
moves Longhorn's traffic, which takes minutes on a real cluster.
"""

from __future__ import annotations

import json

from ..change.record import Goal
from ..cluster.errors import ClusterError, Conflict
from ..cluster.patience import OutOfPatience
from ..cluster.resources import (
    CLAIM,
    NAD,
    SETTING,
    VLAN_CONFIG,
    VLAN_STATUS,
    VM,
    VMI,
    VOLUME,
    Object,
    annotations_of,
    key_of,
)
from ..rules.attachments import (
    SYSTEM_NAMESPACE,
    not_detached,
    not_stopped,
)
from ..rules.reading import (
    STORAGE_PREFIX,
    leaked,
    nodes_not_ready,
    storage_progress,
    value_of,
)
from ..specs import storage_network as specs
from ..specs.disruption import Disruption
from ..specs.parse import parse
from ..specs.unknown import is_wholly_known
from .call import Call
from .differences import Properties, projected, same
from .failures import Refused, Unfinished
from .kind import Kind, Live
from .ordered import carry_out_or_refuse, planned, previewed

KEY = "storage-network"
SECONDS_FOR_THE_CONFIGS = 600.0
PROPERTIES = ("clusterNetwork", "vlan", "range", "exclude", "exclusiveVlan")


def properties_of(text: str) -> Properties:
    """The storage network that a text of the Setting describes; empty if none."""
    try:
        value = json.loads(text or "{}")
    except ValueError:
        return {}
    if not isinstance(value, dict):
        return {}
    return {name: value[name] for name in PROPERTIES if value.get(name) not in (None, [])}


def text_of(inputs: Properties) -> str:
    """The text of the Setting for these inputs."""
    value = {name: inputs[name] for name in PROPERTIES if inputs.get(name) not in (None, [])}
    return json.dumps(value, separators=(",", ":"))


def same_network(one: Properties, other: Properties) -> bool:
    """Whether two storage networks are the same, however they are written."""
    if bool(one) != bool(other):
        return False
    return all(
        same(specs.StorageNetwork, name, one.get(name), other.get(name)) for name in PROPERTIES
    )


class StorageNetwork(Kind):
    """Life cycle of the storage network."""

    token = "harvester-net:index:StorageNetwork"
    spec = specs.StorageNetwork
    outputs = specs.StorageNetworkOutputs
    named = False
    seconds = 1800
    seconds_to_change = 2 * 3600

    def key(self, inputs: Properties) -> str | None:
        return KEY

    async def create(self, inputs: Properties, call: Call) -> Live:
        if not is_wholly_known(inputs):
            return Live(KEY, self.preview(inputs, {}), inputs)
        setting = await self._setting(call)
        live = properties_of(value_of(setting))
        if live and not call.replacing and not same_network(live, inputs):
            name = call.urn.rpartition("::")[2]
            raise Refused(
                f"the cluster has a storage network already: {text_of(live)}; to manage it: "
                f"pulumi import {self.token} {name} {KEY}"
            )
        if not call.preview:
            await self._configs_there(inputs["clusterNetwork"], call)
        return await self._brought_to(inputs, setting, call)

    async def _configs_there(self, cluster_network: str, call: Call) -> None:
        """Wait for the network configs that this same run makes: the storage network needs
        every node (H3.5), and the program may have told Pulumi no order.
        """
        planned = call.planned.configs_of.get(cluster_network, set())

        def waiting() -> str:
            configs = call.cluster.known(VLAN_CONFIG)
            statuses = call.cluster.known(VLAN_STATUS)
            missing = sorted(
                name
                for name in planned
                if name not in configs or nodes_not_ready(configs[name], statuses)
            )
            return ", ".join(missing)

        def ready() -> bool | None:
            if left := waiting():
                call.tell(f"waiting for network configs to be ready: {left}")
            return None if left else True

        if not planned:
            return
        patience = call.patience.at_most(SECONDS_FOR_THE_CONFIGS)
        try:
            await call.cluster.until((VLAN_CONFIG, VLAN_STATUS), ready, patience)
        except OutOfPatience as error:
            said = f"network configs are not ready: {waiting()} ({error})"
            raise Refused(said) from error

    async def read(self, key: str, inputs: Properties, call: Call) -> Live | None:
        if key != KEY:
            return None
        setting = await call.cluster.find(SETTING, KEY, call.patience)
        live = properties_of(value_of(setting)) if setting else {}
        if setting is None or not live:
            return None
        seen = self._live(setting, projected(self.spec, live, inputs))
        state = storage_progress(setting)
        if not state.done:
            raise Unfinished(
                KEY, seen.outputs, seen.inputs, [f"not configured yet: {state.words}"]
            )
        return seen

    async def update(
        self, key: str, old: Properties, new: Properties, outputs: Properties, call: Call
    ) -> Live:
        if not is_wholly_known(new):
            return Live(KEY, self.preview(new, outputs), new)
        return await self._brought_to(new, await self._setting(call), call)

    async def delete(self, key: str, outputs: Properties, call: Call) -> None:
        setting = await self._setting(call)
        given = outputs.get("disruption")
        consent = parse(Disruption, given)[0] if given else None
        call.cluster.leaving.add((SETTING, KEY))
        if value_of(setting) and not await self._in_order("", consent, call):
            await self._allowed("clear", call)
            await self._written("", setting, call)
        await self._configured(call)
        for nad in await self._leaks(call):
            call.warn(
                f"VM network {nad} is left over from an earlier storage network and blocks "
                f"network configs; delete it: kubectl -n {SYSTEM_NAMESPACE} delete "
                f"network-attachment-definitions {nad.partition('/')[2]}"
            )

    async def _setting(self, call: Call) -> Object:
        setting = await call.cluster.fresh(SETTING, KEY, call.patience)
        if setting is None:
            raise Refused(
                "the server has no Setting storage-network; is this a Harvester cluster?"
            )
        return setting

    async def _brought_to(self, inputs: Properties, setting: Object, call: Call) -> Live:
        differs = not same_network(properties_of(value_of(setting)), inputs)
        consent = parse(self.spec, inputs)[0].disruption
        if differs and not await self._in_order(text_of(inputs), consent, call):
            await self._allowed("set", call)
            if not call.preview:
                setting = await self._written(text_of(inputs), setting, call)
        if call.preview:
            return Live(KEY, self.preview(inputs, self._live(setting, inputs).outputs), inputs)
        try:
            setting = await self._configured(call)
        except (ClusterError, OutOfPatience) as error:
            seen = self._live(call.cluster.known(SETTING).get(KEY, setting), inputs)
            raise Unfinished(KEY, seen.outputs, inputs, [str(error)]) from error
        return self._live(setting, inputs)

    async def _in_order(self, text: str, consent: Disruption | None, call: Call) -> bool:
        """Change the setting by the ordered change, where VMs may and must be stopped."""
        if consent is None or not consent.stop_vms:
            return False
        goal = Goal(kind="storageNetwork", text=text)
        made = await planned(goal, consent, call)
        if not made.record.vms:
            return False
        if call.preview:
            await previewed(goal, consent, call)
            return True
        await carry_out_or_refuse(goal, consent, call)
        return True

    async def _allowed(self, verb: str, call: Call) -> None:
        """Harvester changes the storage network only on a cluster at rest (H3.5 e, f)."""
        call.cluster.forget(VM, VMI, VOLUME)
        vms = await call.cluster.all_if_served(VM, call.patience)
        vmis = await call.cluster.all_if_served(VMI, call.patience)
        volumes = await call.cluster.all_if_served(VOLUME, call.patience)
        claims = await call.cluster.all(CLAIM, call.patience) if volumes else {}
        running, attached = not_stopped(vms, vmis), not_detached(volumes.values(), claims)
        if running:
            raise Refused(
                f"Harvester does not {verb} the storage network while VMs run; stop "
                f"{listed(running)}, or allow it with disruption.stopVms: true"
            )
        if attached:
            raise Refused(
                f"Harvester does not {verb} the storage network while volumes are attached: "
                f"{listed(attached)}; stop the workloads that use them"
            )

    async def _written(self, text: str, setting: Object, call: Call) -> Object:
        """Write the text; while the controller is busy with another one, wait for it (H3.5
        b).
        """
        while True:
            version = {"resourceVersion": setting["metadata"]["resourceVersion"]}
            try:
                return await call.cluster.patch(
                    SETTING, KEY, {"metadata": version, "value": text}, call.patience
                )
            except Conflict as conflict:
                call.tell(f"waiting to write the setting: {conflict}")
                await call.patience.sleep(0.5)
                setting = await self._setting(call)

    async def _configured(self, call: Call) -> Object:
        last = "nothing yet"

        def done() -> Object | None:
            nonlocal last
            setting = call.cluster.known(SETTING).get(KEY)
            if setting is None:
                return None
            state = storage_progress(setting)
            last = state.words
            call.tell(state.words)
            return setting if state.done else None

        try:
            return await call.cluster.until((SETTING,), done, call.patience)
        except OutOfPatience as error:
            raise OutOfPatience(f"storage network {error}: {last}") from error

    async def _leaks(self, call: Call) -> list[str]:
        call.cluster.forget(NAD)
        nads = await call.cluster.all(NAD, call.patience)
        return leaked(call.cluster.known(SETTING)[KEY], nads)

    def _live(self, setting: Object, inputs: Properties) -> Live:
        computed = {
            "uid": setting["metadata"]["uid"],
            "vmNetwork": annotations_of(setting).get(STORAGE_PREFIX + "net-attach-def", ""),
        }
        return Live(key_of(setting), inputs | computed, inputs)


def listed(names: list[str], most: int = 10) -> str:
    """A list for a sentence, cut where it would fill the screen."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
