"""The third hand: what owners and administrators do meanwhile, as far as the server lets
them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harvester_net.change import journal, lease
from harvester_net.change.steps.vms import halted, is_halted
from harvester_net.cluster.errors import ClusterError
from harvester_net.cluster.resources import (
    CONFIG_MAP,
    LEASE,
    NODE,
    SETTING,
    VLAN_CONFIG,
    VM,
    VMI,
    VOLUME,
    is_terminating,
)
from harvester_net.harvester.mtus import config_mtu
from harvester_net.harvester.setting_progress import storage_progress

from .clusters import config_object, vm_object, volume_object
from .controllers import DEAD
from .model import created, deleted, patched
from .shared import SharedServer
from .sites import STORAGE_TEXT

if TYPE_CHECKING:
    from .promises import Promises

OTHER_TEXT = STORAGE_TEXT.replace("300", "301")


class Bystander:
    """Does things, and has what he did noted as promised."""

    def __init__(self, server: SharedServer, promises: Promises) -> None:
        self._server, self._promises = server, promises
        self._count = 0

    def does(self, what: str, which: int) -> None:
        """One act, if it is possible now."""
        self._count += 1
        try:
            getattr(self, what.replace(" ", "_"))(which)
        except ClusterError as error:
            self._server.say(f"bystander may not: {error}")

    def _nth(self, keys: list[str], which: int) -> str | None:
        return keys[which % len(keys)] if keys else None

    # --- VMs ---------------------------------------------------------------------------------

    def start_vm(self, which: int) -> None:
        world = self._server.world
        key = self._nth([k for k, vm in sorted(world.of(VM).items()) if is_halted(vm)], which)
        if key:
            on = {"spec": {"runStrategy": "Always"}}
            self._server.now_is(patched(world, VM, key, on))
            self._promises.vm_started(key)

    def stop_vm(self, which: int) -> None:
        world = self._server.world
        on = [k for k, vm in sorted(world.of(VM).items()) if not is_halted(vm)]
        if key := self._nth(on, which):
            off = {"spec": halted(world.of(VM)[key])}
            self._server.now_is(patched(world, VM, key, off))
            self._promises.vm_stopped(key)

    def delete_vm(self, which: int) -> None:
        world = self._server.world
        if key := self._nth(sorted(world.of(VM)), which):
            volume = f"longhorn-system/pvc-{key.replace('/', '-')}"
            world = world.without(VM, key).without(VMI, key).without(VOLUME, volume)
            self._server.now_is(world)
            self._promises.vm_deleted(key)

    def make_vm(self, which: int) -> None:
        key = f"default/new{self._count}"
        world = self._server.world.put(VM, vm_object(key, "Always", ["default/net"], "node0"))
        self._server.now_is(world.put(VOLUME, volume_object(key)))
        self._promises.vm_started(key)

    # --- network configs ---------------------------------------------------------------------

    def edit_config(self, which: int) -> None:
        world = self._server.world
        there = [k for k, c in sorted(world.of(VLAN_CONFIG).items()) if not is_terminating(c)]
        if key := self._nth(there, which):
            edit = {
                "spec": {"description": f"edited {self._count}"},
                "metadata": {"labels": {"team": f"b{self._count}"}},
            }
            self._server.now_is(patched(world, VLAN_CONFIG, key, edit))
            self._promises.config_written(key)

    def delete_config(self, which: int) -> None:
        world = self._server.world
        there = [k for k, c in sorted(world.of(VLAN_CONFIG).items()) if not is_terminating(c)]
        if key := self._nth(there, which):
            self._server.now_is(deleted(world, VLAN_CONFIG, key, None))
            self._promises.config_deleted(key)

    def make_config(self, which: int) -> None:
        world = self._server.world
        names = [f"nc-{n}" for n in range(len(world.of(NODE)))]
        if not self._promises.has_storage:
            names.append("nc-9")  # Matches no node, which no storage network is set beside.
        there = world.of(VLAN_CONFIG)
        key = self._nth([name for name in names if name not in there], which)
        if key:
            mtus = [config_mtu(config) for config in there.values()] or [1500, 9000]
            made = config_object(
                key, "data", {"mtu": mtus[which % len(mtus)]}, {"uplink": key}
            )
            made["spec"]["description"] = f"made {self._count}"
            self._server.now_is(created(world, VLAN_CONFIG, made))
            self._promises.config_written(key)

    # --- settings, journal, lease, agents ----------------------------------------------------

    def set_storage(self, which: int) -> None:
        self._write_storage((STORAGE_TEXT, OTHER_TEXT)[which % 2])

    def clear_storage(self, which: int) -> None:
        self._write_storage("")

    def _write_storage(self, text: str) -> None:
        world = self._server.world
        setting = world.of(SETTING)["storage-network"]
        # Who writes it while Harvester is at it has a network left over (H3.5).
        if (setting.get("value") or "") != text and storage_progress(setting).done:
            self._server.now_is(patched(world, SETTING, "storage-network", {"value": text}))
            self._promises.storage_written(text)

    def delete_journal(self, which: int) -> None:
        if self._server.world.get(CONFIG_MAP, journal.KEY):
            self._server.now_is(self._server.world.without(CONFIG_MAP, journal.KEY))
            self._promises.journal_deleted()

    def delete_lease(self, which: int) -> None:
        if self._server.world.get(LEASE, lease.KEY):
            self._promises.lease_deleted()
            self._server.now_is(self._server.world.without(LEASE, lease.KEY))

    def agent_dies(self, which: int) -> None:
        key = self._nth(sorted(self._server.world.of(NODE)), which)
        note = {"metadata": {"annotations": {DEAD: "yes"}}}
        self._server.now_is(self._server.world.changed(NODE, str(key), note))

    def agent_revives(self, which: int) -> None:
        self.revives_all()

    def revives_all(self) -> None:
        """The agents of all nodes are back."""
        world = self._server.world
        for key in world.of(NODE):
            world = world.changed(NODE, key, {"metadata": {"annotations": {DEAD: None}}})
        self._server.now_is(world)
