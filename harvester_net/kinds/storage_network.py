"""StorageNetwork on the server: the Setting storage-network, which is always there (H1.7,
H4.7).

Nothing is created or deleted: the text of the Setting changes, and Harvester's controller then
moves Longhorn's traffic, which takes minutes on a real cluster.
"""

from __future__ import annotations

from ..change.goals.storage_network import StorageNetworkGoal
from ..change.settings import write_setting
from ..cluster.deadline import DeadlineExceeded
from ..cluster.errors import ClusterError
from ..cluster.resources import (
    NAD,
    SETTING,
    VLAN_CONFIG,
    VLAN_STATUS,
    Object,
    annotations_of,
    key_of,
)
from ..harvester.names import STORAGE_PREFIX, STORAGE_SETTING
from ..harvester.network_configs import nodes_not_ready
from ..harvester.settings import describe_leaked, effective, leaked, storage_progress
from ..specs import storage_network as specs
from ..specs.disruption import Disruption
from ..specs.parse import parse
from ..specs.unknown import is_wholly_known
from . import rule_checks
from .call import Call
from .changes import (
    describe_unfinished,
    get_unfinished,
    make_plan,
    preview_change,
    run_change_or_refuse,
    wait_for_changes,
)
from .codecs.storage_network import properties_of, same_network, text_of, unreadable, write_of
from .differences import Properties, projected
from .failures import Refused, Unfinished
from .kind import Kind, Live
from .teardown import known_nodes

KEY = STORAGE_SETTING


class StorageNetwork(Kind[specs.StorageNetwork]):
    """Life cycle of the storage network."""

    token = "harvester-net:index:StorageNetwork"
    spec = specs.StorageNetwork
    outputs = specs.StorageNetworkOutputs
    resource = SETTING
    named = False
    seconds = 1800
    seconds_to_change = 2 * 3600

    def key(self, inputs: Properties) -> str | None:
        return KEY

    def proposed(self, desired: specs.StorageNetwork, live: Object | None, mtu: int) -> Object:
        inputs = desired.model_dump(by_alias=True, exclude_none=True)
        setting = live or {"metadata": {"name": KEY}}
        if same_network(properties_of(effective(setting)), inputs):
            return setting
        return setting | {"value": text_of(inputs)}

    async def create(self, inputs: Properties, call: Call) -> Live:
        if not is_wholly_known(inputs):
            return Live(KEY, self.preview(inputs, {}), inputs)
        setting = await self._setting(call)
        live = properties_of(effective(setting))
        if live and call.replaced is None and not same_network(live, inputs):
            name = call.urn.rpartition("::")[2]
            raise Refused(
                f"the cluster has a storage network already: {text_of(live)}; to manage it: "
                f"pulumi import {self.token} {name} {KEY}"
            )
        if not call.preview:
            await self._wait_for_configs(inputs["clusterNetwork"], call)
        return await self._apply(inputs, setting, call)

    async def _wait_for_configs(self, cluster_network: str, call: Call) -> None:
        """Wait for the network configs that this same run makes: the storage network needs
        every node (H3.5), and the program may have told Pulumi no order.
        """
        names = call.desired_state.configs_of.get(cluster_network, set())

        def waiting() -> str:
            configs = call.cluster.cached(VLAN_CONFIG)
            known = known_nodes(call)
            missing = sorted(
                name
                for name in names
                if name not in configs or nodes_not_ready(configs[name], known)
            )
            return ", ".join(missing)

        def ready() -> bool | None:
            if left := waiting():
                call.tell(f"waiting for network configs to be ready: {left}")
            return None if left else True

        if not names:
            return
        deadline = call.deadline.within(call.cluster.timings.configs_ready)
        try:
            await call.cluster.wait_for((VLAN_CONFIG, VLAN_STATUS), ready, deadline)
        except DeadlineExceeded as error:
            said = f"network configs are not ready: {waiting()} ({error})"
            raise Refused(said) from error

    async def read(
        self, key: str, inputs: Properties, outputs: Properties, call: Call
    ) -> Live | None:
        if key != KEY:
            return None
        setting = await call.cluster.get_cached(SETTING, KEY, call.deadline)
        text = effective(setting)
        live = properties_of(text)
        if setting is None or not live:
            if wrong := unreadable(text):
                self._say_unreadable(wrong, inputs, call)
            await self._check_it_is_not_only_cleared(inputs, call)
            return None
        there = projected(self.spec, live, inputs)
        if not inputs:
            self.require_sayable(key, there)
        seen = self._answer(setting, there)
        state = storage_progress(setting)
        if not state.done:
            raise Unfinished(
                KEY, seen.outputs, seen.inputs, [f"not configured yet: {state.words}"]
            )
        return seen

    async def list_objects(self, query: Properties, call: Call) -> dict[str, str]:
        setting = await call.cluster.get_cached(SETTING, KEY, call.deadline)
        return {KEY: KEY} if properties_of(effective(setting)) else {}

    def _say_unreadable(self, wrong: str, inputs: Properties, call: Call) -> None:
        if not inputs:
            raise Refused(wrong)
        call.warn(f"the storage network is gone: {wrong}")

    async def _check_it_is_not_only_cleared(self, inputs: Properties, call: Call) -> None:
        """A storage network that an ordered change has cleared for a while is not gone."""
        begun = await get_unfinished(call) if inputs else None
        if begun is not None and begun.storage is not None:
            shown = inputs | {"uid": "", "vmNetwork": ""}
            raise Unfinished(KEY, shown, inputs, [describe_unfinished(begun)])

    async def update(
        self, key: str, old: Properties, new: Properties, outputs: Properties, call: Call
    ) -> Live:
        if not is_wholly_known(new):
            return Live(KEY, self.preview(new, outputs), new)
        return await self._apply(new, await self._setting(call), call)

    async def delete(self, key: str, outputs: Properties, call: Call) -> None:
        setting = await self._setting(call)
        given = outputs.get("disruption")
        consent = parse(Disruption, given)[0] if given else None
        call.cluster.leaving.add((SETTING, KEY))
        if effective(setting) and not await self._change_if_needed("", consent, call):
            await self._wait_for_changes(call)
            await rule_checks.require_allowed(write_of(setting, ""), call)
            await write_setting(setting, "", call.cluster, call.deadline, call.tell)
        await self._wait_until_configured(call)
        for nad in await self._leaks(call):
            call.warn(f"VM network {describe_leaked(nad)}")

    async def _setting(self, call: Call) -> Object:
        setting = await call.cluster.get(SETTING, KEY, call.deadline)
        if setting is None:
            raise Refused(
                "the server has no Setting storage-network; is this a Harvester cluster?"
            )
        if wrong := unreadable(effective(setting)):
            raise Refused(wrong)
        return setting

    async def _apply(self, inputs: Properties, setting: Object, call: Call) -> Live:
        differs = not same_network(properties_of(effective(setting)), inputs)
        if call.preview:
            if differs:
                await self._check_preview(inputs, setting, call)
            return Live(
                KEY, self.preview(inputs, self._answer(setting, inputs).outputs), inputs
            )
        if differs:
            setting = await self._change(inputs, setting, call)
        try:
            setting = await self._wait_until_configured(call)
        except (ClusterError, DeadlineExceeded) as error:
            seen = self._answer(call.cluster.cached(SETTING).get(KEY, setting), inputs)
            raise Unfinished(KEY, seen.outputs, inputs, [str(error)]) from error
        return self._answer(setting, inputs)

    async def _check_preview(self, inputs: Properties, setting: Object, call: Call) -> None:
        """Say at preview what would happen, what stands against it, and how many addresses
        there are.
        """
        desired, _ = parse(self.spec, inputs)
        ordered = await self._change_if_needed(text_of(inputs), desired.disruption, call)
        write = write_of(setting, text_of(inputs))
        await rule_checks.check_preview(write, call, ordered=ordered, workloads=True)
        if (budget := await rule_checks.address_budget(desired, call)) is not None:
            call.inform(budget)

    async def _change(self, inputs: Properties, setting: Object, call: Call) -> Object:
        text = text_of(inputs)
        write = write_of(setting, text)
        consent = parse(self.spec, inputs)[0].disruption
        if consent is not None and consent.stop_vms:
            # Before anything is stopped for it.
            await rule_checks.require_allowed(write, call, ordered=True)
            if await self._change_if_needed(text, consent, call):
                return setting
        await self._wait_for_changes(call)
        setting = await self._setting(call)
        if same_network(properties_of(effective(setting)), inputs):
            return setting  # The change that was waited for has set it again.
        await rule_checks.require_allowed(write, call)
        return await write_setting(setting, text, call.cluster, call.deadline, call.tell)

    async def _change_if_needed(
        self, text: str, consent: Disruption | None, call: Call
    ) -> bool:
        """Change the setting by the ordered change, where VMs may and must be stopped."""
        if consent is None or not consent.stop_vms:
            return False
        goal = StorageNetworkGoal(text=text)
        made = await make_plan(goal, consent, call)
        if not made.record.vms:
            return False
        if call.preview:
            await preview_change(goal, consent, call)
            return True
        await run_change_or_refuse(goal, consent, call)
        return True

    async def _wait_until_configured(self, call: Call) -> Object:
        last = "nothing yet"

        def done() -> Object | None:
            nonlocal last
            setting = call.cluster.cached(SETTING).get(KEY)
            if setting is None:
                return None
            state = storage_progress(setting)
            last = state.words
            call.tell(state.words)
            return setting if state.done else None

        try:
            return await call.cluster.wait_for((SETTING,), done, call.deadline)
        except DeadlineExceeded as error:
            raise DeadlineExceeded(f"storage network {error}: {last}") from error

    async def _wait_for_changes(self, call: Call) -> None:
        await wait_for_changes(call, lambda begun: begun.writes_settings)

    async def _leaks(self, call: Call) -> list[str]:
        call.cluster.invalidate(NAD)
        nads = await call.cluster.list(NAD, call.deadline)
        return leaked(call.cluster.cached(SETTING)[KEY], nads)

    def _answer(self, setting: Object, inputs: Properties) -> Live:
        computed = {
            "uid": setting["metadata"]["uid"],
            "vmNetwork": annotations_of(setting).get(STORAGE_PREFIX + "net-attach-def", ""),
        }
        return Live(key_of(setting), inputs | computed, inputs)
