"""What else is under way on a cluster: backups, restores, upgrades of Harvester (H11)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..cluster.resources import Object, condition, is_terminating, key_of, labels_of
from ..printable import printable
from .json_texts import fields_in
from .names import UPGRADE_STATE

_ENDED = ("Succeeded", "Failed")
"""States of an upgrade that is over."""


def backups_under_way(backups: Mapping[str, Object]) -> Iterator[tuple[str, str]]:
    """The backups and snapshots of VMs that are being made: what each is, and the VM's key."""
    for key, backup in sorted(backups.items()):
        status = fields_in(backup.get("status"))
        if status.get("readyToUse") is True or status.get("error") or is_terminating(backup):
            continue
        spec = fields_in(backup.get("spec"))
        what = "snapshot" if spec.get("type") == "snapshot" else "backup"
        yield f"{what} {key}", _vm_of(backup, spec, "source")


def restores_under_way(restores: Mapping[str, Object]) -> Iterator[tuple[str, str]]:
    """The restores of VMs that are not over, likewise; one that has failed is."""
    for key, restore in sorted(restores.items()):
        failed = condition(restore, "InProgress").get("status") == "False"
        if fields_in(restore.get("status")).get("complete") is True or failed:
            continue
        if not is_terminating(restore):
            yield f"restore {key}", _vm_of(restore, fields_in(restore.get("spec")), "target")


def upgrades_under_way(upgrades: Mapping[str, Object]) -> Iterator[str]:
    """The upgrades of Harvester that are not over, each with the version that it leads to."""
    for _, upgrade in sorted(upgrades.items()):
        completed = condition(upgrade, "Completed").get("status") in ("True", "False")
        ended = labels_of(upgrade).get(UPGRADE_STATE) in _ENDED
        if not (completed or ended or is_terminating(upgrade)):
            version = printable(str(fields_in(upgrade.get("spec")).get("version") or ""))
            yield f"upgrade {key_of(upgrade)}" + (f" to {version}" if version else "")


def _vm_of(obj: Object, spec: Object, field: str) -> str:
    """The key of the VM that an object of its namespace is about; empty if it is not said."""
    name = printable(str(fields_in(spec.get(field)).get("name") or ""))
    return f"{obj['metadata'].get('namespace', '')}/{name}" if name else ""
