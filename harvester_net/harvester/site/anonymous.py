"""A site without the names and addresses of its owner: others stand in their places.

The others keep the order of the first, so that whatever goes by the order of names comes out
as before. They are as short as names of their kind must be, and none of them is a name of the
site. What Harvester and Kubernetes call so on every cluster keeps its name.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import count

from ...cluster.resources import SETTING, Object, Resource
from ...specs.limits import MGMT
from ..network_settings import NETWORK_SETTINGS
from .blocks import other_addresses
from .kinds import kept
from .shapes import Meaning, Put

Objects = Mapping[Resource, Iterable[Object]]

_PREFIXES = {
    Meaning.NODE: "node",
    Meaning.NAMESPACE: "space",
    Meaning.VM: "vm",
    Meaning.MIGRATION: "migration",
    Meaning.POD: "pod",
    Meaning.WORKLOAD: "workload",
    Meaning.BACKUP: "backup",
    Meaning.RESTORE: "restore",
    Meaning.UPGRADE: "upgrade",
    Meaning.KEEPER: "keeper",
    Meaning.VM_NETWORK: "net",
    Meaning.CLUSTER_NETWORK: "cn",
    Meaning.CONFIG: "config",
    Meaning.STATUS: "status",
    Meaning.HOST_CONFIG: "host-config",
    Meaning.CLAIM: "claim",
    Meaning.VOLUME: "volume",
    Meaning.SUBNET: "subnet",
    Meaning.SERVICES: "services",
    Meaning.NIC: "nic",
    Meaning.BRIDGE: "bridge",
    Meaning.DISK: "disk",
    Meaning.PART: "part",
    Meaning.LABEL: "label",
    Meaning.VALUE: "value",
    Meaning.TEXT: "text",
}
"""How the other names of a meaning begin; a number follows."""
_GENERATED = tuple(setting.nad_prefix for setting in NETWORK_SETTINGS)
"""How the names begin of VM networks that Harvester makes: it knows them by that."""

_NAMESPACES = frozenset(
    {
        "cattle-capi-system",
        "cattle-dashboards",
        "cattle-fleet-clusters-system",
        "cattle-fleet-local-system",
        "cattle-fleet-system",
        "cattle-global-data",
        "cattle-impersonation-system",
        "cattle-logging-system",
        "cattle-monitoring-system",
        "cattle-provisioning-capi-system",
        "cattle-system",
        "cattle-turtles-system",
        "cattle-ui-plugin-system",
        "cdi",
        "default",
        "fleet-default",
        "fleet-local",
        "forklift",
        "harvester-net-lab",
        "harvester-public",
        "harvester-system",
        "kube-node-lease",
        "kube-public",
        "kube-system",
        "kubevirt",
        "local",
        "longhorn-system",
        "rancher-vcluster",
    }
)
"""Of Harvester, Rancher and Kubernetes themselves."""
_NICS = re.compile(r"(eth|eno|ens|enp|enP|em|p)[0-9][0-9a-fnps]{0,11}")
"""As the kernel and systemd name NICs by their place; one by its MAC address is none."""
_VERSION = re.compile(r"(v?[0-9]+\.[0-9]+(\.[0-9]+)?(-rc\.?[0-9]+)?).*")
_NO_NUMBER = "dev"
_STALE = "0" * 40
"""A hash of no setting."""

_KEPT: Mapping[Meaning, Callable[[str], object]] = {
    Meaning.CLUSTER_NETWORK: MGMT.__eq__,
    Meaning.NAMESPACE: _NAMESPACES.__contains__,
    Meaning.NIC: _NICS.fullmatch,
    Meaning.SERVICES: "kubernetes".__eq__,
}
"""The names that tell nothing of whose cluster it is."""


def anonymized(objects: Objects) -> dict[Resource, list[Object]]:
    """The objects of a site with other names and addresses."""
    put = _other_texts(_texts_in(objects))
    before = {SETTING: objects.get(SETTING, ())}
    hashes = _hashes(kept(before)[SETTING], kept(before, put)[SETTING])

    def put_all(meaning: Meaning, text: str) -> str | None:
        return hashes.get(text, _STALE) if meaning is Meaning.HASH else put(meaning, text)

    return kept(objects, put_all)


def _texts_in(objects: Objects) -> dict[Meaning, set[str]]:
    """All texts with a meaning."""
    found: dict[Meaning, set[str]] = {meaning: set() for meaning in Meaning}

    def note(meaning: Meaning, text: str) -> str:
        found[meaning].add(text)
        return text

    kept(objects, note)
    return found


def _other_texts(found: Mapping[Meaning, set[str]]) -> Put:
    """What stands in the place of each text; what is not known is left out."""
    taken = frozenset().union(*found.values())
    others = {meaning: _other_names(meaning, found[meaning], taken) for meaning in _PREFIXES}
    addresses = other_addresses(found[Meaning.ADDRESS] | found[Meaning.RANGE])
    others[Meaning.ADDRESS] = others[Meaning.RANGE] = addresses
    others[Meaning.MAC] = _other_macs(found[Meaning.MAC])
    others[Meaning.VERSION] = {text: _version(text) for text in found[Meaning.VERSION]}
    return lambda meaning, text: others.get(meaning, {}).get(text)


def _other_names(meaning: Meaning, names: set[str], taken: frozenset[str]) -> dict[str, str]:
    is_kept = _KEPT.get(meaning)
    others = {name: name for name in names if is_kept and is_kept(name)}
    groups: defaultdict[str, list[str]] = defaultdict(list)
    # Keys are compared as wholes, with a slash behind the namespace.
    end = "/" if meaning is Meaning.NAMESPACE else ""
    for name in sorted(names - others.keys(), key=lambda name: name + end):
        groups[_prefix(meaning, name)].append(name)
    for prefix, group in groups.items():
        others |= zip(group, _new_names(prefix, len(group), taken), strict=True)
    return others


def _prefix(meaning: Meaning, name: str) -> str:
    starts = _GENERATED if meaning is Meaning.VM_NETWORK else ()
    generated = (start for start in starts if name.startswith(start))
    return next(generated, f"{_PREFIXES[meaning]}-")


def _new_names(prefix: str, number: int, taken: frozenset[str]) -> list[str]:
    """So many names in order, none of which is taken."""
    width = len(str(number))
    series = (
        [f"{prefix}{more}{n:0{width}}" for n in range(1, number + 1)] for more in _beginnings()
    )
    return next(names for names in series if taken.isdisjoint(names))


def _beginnings() -> Iterator[str]:
    """Nothing, a, b, and so on, aa and so on."""
    yield ""
    for before in _beginnings():
        yield from (f"{before}{letter}" for letter in "abcdefghijklmnopqrstuvwxyz")


def _other_macs(macs: set[str]) -> dict[str, str]:
    """Locally administered ones; an address is the same in capital letters."""
    known = {mac.lower() for mac in macs}
    free = (mac for mac in map(_mac, count(1)) if mac not in known)
    others = dict(zip(sorted(known), free, strict=False))
    return {mac: others[mac.lower()] for mac in macs}


def _mac(number: int) -> str:
    return (0x02 << 40 | number).to_bytes(6).hex(":")


def _version(text: str) -> str:
    """The number alone, without what a build adds to it."""
    found = _VERSION.fullmatch(text)
    return found[1] if found else _NO_NUMBER


def _hashes(before: list[Object], after: list[Object]) -> dict[str, str]:
    """The hashes of the settings' texts, and of these as they are now (H2)."""
    texts = [("", "")]
    for old, new in zip(before, after, strict=True):
        texts += [(old.get(name, ""), new.get(name, "")) for name in ("value", "default")]
    return {_hash(old): _hash(new) for old, new in texts}


def _hash(text: str) -> str:
    return hashlib.sha1(text.encode()).hexdigest()
