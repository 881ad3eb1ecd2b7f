"""The three Settings that name a network, which are always there (H1.7 to H1.9, H4.7, B2).

Nothing is created or deleted: the text of the Setting changes, and Harvester's controller then
moves the traffic, which takes minutes on a real cluster. What differs between the three stands
in a table (`harvester/network_settings.py`), in their codecs, and in the few methods here that
the kinds override.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import ClassVar, TypeVar

from ..change.record import Record
from ..change.settings import write_setting
from ..cluster.deadline import DeadlineExceeded
from ..cluster.errors import ClusterError
from ..cluster.resources import (
    NAD,
    SETTING,
    VLAN_CONFIG,
    VLAN_STATUS,
    Object,
    Resource,
    key_of,
)
from ..harvester.network_configs import nodes_not_ready
from ..harvester.network_settings import NetworkSetting
from ..harvester.setting_progress import Progress, describe_leaked, leaked
from ..harvester.settings import effective
from ..rules.rule import Write
from ..specs.disruption import Disruption, disruption_of
from ..specs.parse import parse
from ..specs.spec import Spec
from ..specs.unknown import is_wholly_known
from ..urns import Urn
from . import rule_checks
from .call import Call
from .changes import describe_unfinished, get_unfinished, wait_for_changes
from .codecs.network_setting import SettingCodec
from .differences import Properties, projected
from .failures import Refused, Unfinished
from .kind import Kind, Live
from .teardown import known_nodes

S = TypeVar("S", bound=Spec)


class NetworkSettingKind(Kind[S]):
    """Life cycle of one of the Settings."""

    codec: ClassVar[SettingCodec[S]]
    watched: ClassVar[tuple[Resource, ...]] = (SETTING,)
    """What its progress is read from."""
    judged_by: ClassVar[tuple[Resource, ...]] = rule_checks.WORKLOADS
    """What the rules see besides what networks are made of."""
    resource = SETTING
    named = False

    @property
    def setting(self) -> NetworkSetting:
        """Which of the Settings it is."""
        return self.codec.setting

    @abstractmethod
    async def progress(self, setting: Object, call: Call) -> Progress:
        """How far Harvester is with the value that the Setting has now."""

    def poll(self, call: Call) -> float:
        """Seconds between two looks at its progress."""
        return call.cluster.timings.poll

    def vm_network(self, setting: Object, call: Call) -> str:
        """The VM network that carries its traffic; empty if there is none."""
        return self.setting.nad_of(setting)

    def outputs_to_renew(self, outputs: Properties, call: Call) -> list[str]:
        """Its VM network, of which Harvester makes a new one for each value that is set: the
        engine has read the state before the change that clears it and sets it again.
        """
        setting = call.cluster.cached(SETTING).get(self.setting.name)
        if setting is None:
            return []
        # A snapshot in a file is older than the state, or younger.
        is_live = not call.cluster.offline
        moved = is_live and self.vm_network(setting, call) != outputs.get("vmNetwork")
        return ["vmNetwork"] if moved or self._is_renewed(setting, call) else []

    def _is_renewed(self, setting: Object, call: Call) -> bool:
        """Whether a preview of this run has shown that it gets another VM network."""
        return self.setting.name in call.desired_state.renewed_networks

    async def wait_for_others(self, inputs: Properties, call: Call) -> None:
        """Wait for what this same run makes and this one needs; raises Refused."""
        network = inputs.get("clusterNetwork")
        if network:
            await wait_for_configs(network, call)

    async def change_if_needed(
        self, text: str, consent: Disruption | None, call: Call
    ) -> bool:
        """Change the setting by the ordered change, where VMs may and must be stopped."""
        return False

    def is_cleared_by(self, begun: Record) -> bool:
        """Whether an ordered change that is not finished has cleared it for a while."""
        return False

    def key(self, inputs: Properties) -> str | None:
        return self.setting.name

    def proposed(self, desired: S, live: Object | None, mtu: int) -> Object:
        inputs = desired.model_dump(by_alias=True, exclude_none=True)
        setting = live or {"metadata": {"name": self.setting.name}}
        if self._same(setting, inputs):
            return setting
        return setting | {"value": self.codec.text_of(inputs)}

    def _same(self, setting: Object, inputs: Properties) -> bool:
        live = self.codec.properties_of(effective(setting))
        return self.codec.same_network(live, inputs)

    async def create(self, inputs: Properties, call: Call) -> Live:
        if not is_wholly_known(inputs):
            return Live(self.setting.name, self.preview(inputs, {}), inputs)
        setting = await self._get_setting(call)
        live = self.codec.properties_of(effective(setting))
        if live and call.replaced is None and not self.codec.same_network(live, inputs):
            name = Urn.of(call.urn).name
            raise Refused(
                f"the cluster has a {self.setting.words} already: "
                f"{self.codec.text_of(live)}; to manage it: "
                f"pulumi import {self.token} {name} {self.setting.name}"
            )
        if not call.preview:
            await self.wait_for_others(inputs, call)
        return await self._apply(inputs, setting, call)

    async def read(
        self, key: str, inputs: Properties, outputs: Properties, call: Call
    ) -> Live | None:
        if key != self.setting.name:
            return None
        setting = await call.cluster.get_cached(SETTING, key, call.deadline)
        text = effective(setting)
        live = self.codec.properties_of(text)
        if setting is None or not live:
            if wrong := self.codec.unreadable(text):
                self._say_unreadable(wrong, inputs, call)
            await self._check_is_not_only_cleared(inputs, call)
            return None
        there = projected(self.spec, live, inputs)
        if not inputs:
            self.require_sayable(key, there)
        state = await self.progress(setting, call)
        seen = self._answer(setting, there, call)
        if not state.done:
            said = f"{'failed' if state.failed else 'not configured yet'}: {state.words}"
            raise Unfinished(key, seen.outputs, seen.inputs, [said])
        return seen

    async def _check_is_not_only_cleared(self, inputs: Properties, call: Call) -> None:
        begun = await get_unfinished(call) if inputs else None
        if begun is not None and self.is_cleared_by(begun):
            shown = inputs | {"uid": "", "vmNetwork": ""}
            raise Unfinished(self.setting.name, shown, inputs, [describe_unfinished(begun)])

    async def list_objects(self, query: Properties, call: Call) -> dict[str, str]:
        key = self.setting.name
        setting = await call.cluster.get_cached(SETTING, key, call.deadline)
        return {key: key} if self.codec.properties_of(effective(setting)) else {}

    def _say_unreadable(self, wrong: str, inputs: Properties, call: Call) -> None:
        if not inputs:
            raise Refused(wrong)
        call.warn(f"the {self.setting.words} is gone: {wrong}")

    async def update(
        self, key: str, old: Properties, new: Properties, outputs: Properties, call: Call
    ) -> Live:
        if not is_wholly_known(new):
            return Live(self.setting.name, self.preview(new, outputs), new)
        return await self._apply(new, await self._get_setting(call), call)

    async def delete(self, key: str, outputs: Properties, call: Call) -> None:
        setting = await self._get_setting(call)
        given = outputs.get("disruption")
        consent = parse(Disruption, given)[0] if given else None
        call.cluster.leaving.add((SETTING, self.setting.name))
        if self.codec.properties_of(effective(setting)) and not await self.change_if_needed(
            self.setting.off, consent, call
        ):
            await self._wait_for_changes(call)
            await self._write(setting, self.setting.off, call)
        await self._wait_until_configured(call)
        for nad in await self._leaks(call):
            call.warn(f"VM network {describe_leaked(self.setting, nad)}")

    async def _write(self, setting: Object, text: str, call: Call) -> Object:
        await self._require_allowed(self.codec.write_of(setting, text), call)
        return await write_setting(setting, text, call.cluster, call.deadline, call.tell)

    async def _require_allowed(
        self, write: Write, call: Call, *, ordered: bool = False
    ) -> None:
        await rule_checks.require_allowed(write, call, ordered=ordered, besides=self.judged_by)

    async def _get_setting(self, call: Call) -> Object:
        setting = await call.cluster.get(SETTING, self.setting.name, call.deadline)
        if setting is None:
            since = ".".join(map(str, self.setting.since))
            raise Refused(
                f"the server has no Setting {self.setting.name}; is this Harvester {since} "
                "or newer?"
            )
        if wrong := self.codec.unreadable(effective(setting)):
            raise Refused(wrong)
        return setting

    async def _apply(self, inputs: Properties, setting: Object, call: Call) -> Live:
        differs = not self._same(setting, inputs)
        if call.preview:
            if differs:
                await self._check_preview(inputs, setting, call)
                call.desired_state.renewed_networks.add(self.setting.name)
            seen = self._answer(setting, inputs, call)
            if self._is_renewed(setting, call):
                del seen.outputs["vmNetwork"]
            return Live(seen.key, self.preview(inputs, seen.outputs), inputs)
        if not differs:
            differs = await self._clear_if_failed(setting, call)
        if differs:
            setting = await self._change(inputs, setting, call)
        try:
            setting = await self._wait_until_configured(call)
        except (ClusterError, DeadlineExceeded, Refused) as error:
            setting = call.cluster.cached(SETTING).get(self.setting.name, setting)
            seen = self._answer(setting, inputs, call)
            raise Unfinished(seen.key, seen.outputs, inputs, [str(error)]) from error
        return self._answer(setting, inputs, call)

    async def _check_preview(self, inputs: Properties, setting: Object, call: Call) -> None:
        """Say at preview what would happen, what stands against it, and how many addresses
        there are.
        """
        desired, _ = parse(self.spec, inputs)
        text = self.codec.text_of(inputs)
        ordered = await self.change_if_needed(text, disruption_of(desired), call)
        write = self.codec.write_of(setting, text)
        await rule_checks.check_preview(write, call, ordered=ordered, besides=self.judged_by)
        if (budget := await self.address_budget(desired, call)) is not None:
            call.inform(budget)

    async def address_budget(self, desired: S, call: Call) -> str | None:
        """How many addresses there are, and how many are needed, for the user; None if that
        is not counted.
        """
        return None

    async def _change(self, inputs: Properties, setting: Object, call: Call) -> Object:
        text = self.codec.text_of(inputs)
        consent = disruption_of(parse(self.spec, inputs)[0])
        if consent is not None and consent.stop_vms:
            # Before anything is stopped for it.
            write = self.codec.write_of(setting, text)
            await self._require_allowed(write, call, ordered=True)
            if await self.change_if_needed(text, consent, call):
                return setting
        await self._wait_for_changes(call)
        setting = await self._get_setting(call)
        if self._same(setting, inputs):
            return setting  # The change that was waited for has set it again.
        return await self._write(setting, text, call)

    async def _clear_if_failed(self, setting: Object, call: Call) -> bool:
        """Clear a value that Harvester has given up, so that it tries it again; returns
        whether it was so.
        """
        state = await self.progress(setting, call)
        if not state.failed:
            return False
        await self._wait_for_changes(call)
        call.inform(f"{state.words}; it is cleared and set again, for Harvester tries once")
        await self._write(setting, self.setting.off, call)
        await self._wait_until_configured(call)
        return True

    async def _wait_until_configured(self, call: Call) -> Object:
        """Wait until Harvester has carried the value out; raises Refused if it gives up."""
        last = "nothing yet"
        try:
            async with call.cluster.watching(self.watched, call.deadline):
                while True:
                    setting = call.cluster.cached(SETTING)[self.setting.name]
                    state = await self.progress(setting, call)
                    last = state.words
                    if state.failed:
                        raise Refused(self._describe_failed(setting, last))
                    call.tell(last)
                    if state.done:
                        return setting
                    await call.deadline.sleep(self.poll(call))
        except DeadlineExceeded as error:
            raise DeadlineExceeded(f"{self.setting.words} {error}: {last}") from error

    def _describe_failed(self, setting: Object, said: str) -> str:
        is_set = bool(self.codec.properties_of(effective(setting)))
        again = "; the next `pulumi up` clears it and sets it again" if is_set else ""
        return (
            f"Harvester could not {'set' if is_set else 'clear'} the {self.setting.words}, "
            f"and does not try again by itself: {said}{again}"
        )

    async def _wait_for_changes(self, call: Call) -> None:
        await wait_for_changes(call, lambda begun: begun.writes_settings)

    async def _leaks(self, call: Call) -> list[str]:
        call.cluster.invalidate(NAD)
        nads = await call.cluster.list(NAD, call.deadline)
        return leaked(self.setting, call.cluster.cached(SETTING)[self.setting.name], nads)

    def _answer(self, setting: Object, inputs: Properties, call: Call) -> Live:
        computed = {
            "uid": setting["metadata"]["uid"],
            "vmNetwork": self.vm_network(setting, call),
        }
        return Live(key_of(setting), inputs | computed, inputs)


async def wait_for_configs(cluster_network: str, call: Call) -> None:
    """Wait for the network configs that this same run makes: the network of a setting needs
    every node (H3.5), and the program may have told Pulumi no order.
    """
    names = call.desired_state.configs_of.get(cluster_network, set())

    def waiting() -> str:
        return ", ".join(_not_ready(names, call))

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


def _not_ready(names: Iterable[str], call: Call) -> list[str]:
    configs, known = call.cluster.cached(VLAN_CONFIG), known_nodes(call)
    return sorted(n for n in names if n not in configs or nodes_not_ready(configs[n], known))
