"""How far Harvester is with the value that one of its network Settings has now (H4.7, B2).

Right after a write everything still speaks of the value before (O4.3), so none of these
believes a condition alone: the annotations, the VM network and its users must fit the value.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..cluster.resources import (
    Object,
    annotations_of,
    condition,
    is_terminating,
    key_of,
)
from ..printable import printable
from . import gojson
from .cni import cni_config
from .gojson import Undecodable
from .json_texts import fields_in, json_list
from .names import BRIDGE, NETWORK_STATUS, SYSTEM_NAMESPACE
from .network_settings import MIGRATION, RWX, STORAGE, NetworkSetting
from .settings import RWX_VALUE, Network, effective, network_of
from .wording import counted, listed

NOT_STARTED = "Harvester has not started with the new value yet"
NOT_MADE = "Harvester has not made the new network yet"


@dataclass(frozen=True)
class Progress:
    """How far the controller is with the value that a Setting has now."""

    done: bool
    words: str
    failed: bool = False
    """Whether Harvester has given up: only another value makes it try again (B2.2)."""


def _digest(text: str) -> str:
    # JSON can have halves of characters, which no digest of Harvester's is of.
    return hashlib.sha1(text.encode(errors="surrogatepass")).hexdigest()


def _configured(setting: Object) -> Progress | None:
    """What the condition says against it being done."""
    configured = condition(setting, "configured")
    if configured.get("status") == "True":
        return None
    said = configured.get("message") or configured.get("reason") or ""
    return Progress(False, printable(said))


def storage_progress(setting: Object) -> Progress:
    """Whether the controller has carried out this very value of the storage network.

    The hash of the text decides, and the old network must be gone.
    """
    text, notes = str(setting.get("value") or ""), annotations_of(setting)
    if not condition(setting, "configured") and not text:
        return Progress(True, "never configured")
    if notes.get(STORAGE.digest_note) != _digest(text):
        return Progress(False, NOT_STARTED)
    if (waiting := _configured(setting)) is not None:
        return waiting
    if old := notes.get(STORAGE.old_note):
        return Progress(False, f"removing the network before, {printable(old)}")
    if bool(notes.get(STORAGE.current_note)) != bool(text):
        return Progress(False, NOT_MADE)
    return Progress(True, "configured")


def rwx_progress(
    setting: Object, nads: Mapping[str, Object], storage_nad: str, in_longhorn: str
) -> Progress:
    """Whether Longhorn uses this very value for its RWX volumes, and nothing holds the network
    before: the pods of its CSI plugin leave that one by one.

    ``storage_nad``: the VM network of the storage network. ``in_longhorn``: the one that
    Longhorn was told for RWX volumes.
    """
    try:
        value = gojson.decode(effective(setting) or "{}", RWX_VALUE)
    except Undecodable as error:
        return Progress(False, f"the value {printable(str(error))}")
    wanted = ""
    if value["share-storage-network"]:
        wanted = storage_nad
        if not wanted:
            return Progress(False, "the storage network that it shares is not made yet")
    elif value["network"] is not None:
        wanted = RWX.nad_of(setting)
        if not _describes(nads.get(wanted), network_of(value["network"])):
            return Progress(False, NOT_MADE)
    if in_longhorn != wanted:
        return Progress(False, "Longhorn has not been told of it yet")
    if condition(setting, "configured") and (waiting := _configured(setting)) is not None:
        return waiting
    if old := annotations_of(setting).get(RWX.old_note):
        return Progress(
            False,
            f"Longhorn's CSI plugin has not left the network before yet, {printable(old)}",
        )
    return Progress(True, "configured")


def _describes(nad: Object | None, network: Network) -> bool:
    """Whether a VM network is the one that Harvester makes for this value."""
    if nad is None or is_terminating(nad):
        return False
    conf = cni_config(nad)
    ipam = fields_in(conf.get("ipam"))
    return (
        conf.get("bridge") == network.cluster_network + BRIDGE
        and conf.get("vlan") == (network.vlan or 1)
        and ipam.get("range") == network.range
        and (ipam.get("exclude") or []) == network.exclude
    )


def migration_progress(setting: Object) -> Progress:
    """Whether Harvester has told KubeVirt this very value, whose virt-handlers then follow."""
    text, notes = str(setting.get("value") or ""), annotations_of(setting)
    configured = condition(setting, "configured")
    if not configured and not text:
        return Progress(True, "never configured")
    if notes.get(MIGRATION.digest_note) != _digest(text):
        return Progress(False, NOT_STARTED)
    if configured.get("status") == "False":
        said = [configured.get("reason") or "", configured.get("message") or ""]
        return Progress(False, printable(": ".join(filter(None, said))), failed=True)
    if configured.get("status") != "True":
        return Progress(False, NOT_STARTED)
    nad = notes.get(MIGRATION.current_note) or ""
    if bool(nad) != bool(text):
        return Progress(False, NOT_MADE)
    return Progress(True, "KubeVirt is told")


def virt_handlers_progress(nad: str, pods: Iterable[Object], wanted: int) -> Progress:
    """Whether every virt-handler carries migrations over this VM network (`namespace/name`),
    or over the pods' own if it is empty: the pods start anew one after the other.

    ``wanted``: how many pods there are to be.
    """
    follows, not_yet = 0, list[str]()
    for pod in pods:
        if _is_ready(pod) and _migration_networks(pod) == ({nad} if nad else set()):
            follows += 1
        else:
            not_yet.append(str((pod.get("spec") or {}).get("nodeName") or key_of(pod)))
    if not_yet or follows < wanted:
        nodes = listed(sorted(map(printable, not_yet)), 5) or counted(wanted - follows, "node")
        return Progress(False, f"virt-handler has not followed yet on {nodes}")
    return Progress(True, "configured")


def _is_ready(pod: Object) -> bool:
    return not is_terminating(pod) and condition(pod, "Ready").get("status") == "True"


def _migration_networks(pod: Object) -> set[str]:
    """The VM migration networks that a pod says it is attached to."""
    prefix = f"{SYSTEM_NAMESPACE}/{MIGRATION.nad_prefix}"
    statuses = json_list(annotations_of(pod).get(NETWORK_STATUS) or "")
    names = (one.get("name") for one in statuses if isinstance(one, dict))
    return {name for name in names if isinstance(name, str) and name.startswith(prefix)}


def describe_leaked(kind: NetworkSetting, nad: str) -> str:
    """What a lost network of a Setting (`namespace/name`) does, and how it goes."""
    # No rule of Harvester's minds one of VM migration (B2.3).
    blocks = "" if kind is MIGRATION else " and blocks every network config"
    return (
        f"{nad} is left over from an earlier {kind.words}{blocks}; delete it: "
        f"kubectl -n {SYSTEM_NAMESPACE} delete network-attachment-definitions "
        f"{nad.partition('/')[2]}"
    )


def leaked(
    kind: NetworkSetting, setting: Object | None, nads: Mapping[str, Object]
) -> list[str]:
    """VM networks that Harvester made for a Setting and lost: they block network configs for
    ever (H4.7).
    """
    notes = annotations_of(setting) if setting else {}
    known = {notes.get(kind.current_note), notes.get(kind.old_note)}
    prefix = f"{SYSTEM_NAMESPACE}/{kind.nad_prefix}"
    return sorted(
        key
        for key, nad in nads.items()
        if key.startswith(prefix) and key not in known and not is_terminating(nad)
    )
