"""Faults of the simulated machines, asked for through one ConfigMap.

Tests, the command line and plain kubectl set them alike: the key `faults` of ConfigMap
harvester-net-lab/faults holds one fault a line, such as `nic-missing node=node3 nic=eno2`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from typing import Any, get_args

from harvester_net.lab.api import Api, ApiError, Object
from harvester_net.lab.errors import LabError

NAMESPACE = "harvester-net-lab"
NAME = "faults"
REQUESTED = "faults"
OBEYED = "obeyed"  # written by the simulators: the text they act by
REFUSED = "refused"  # by them too: why they can't do all that the text asks for
_COLLECTION = f"/api/v1/namespaces/{NAMESPACE}/configmaps"
PATH = f"{_COLLECTION}/{NAME}"


@dataclass(frozen=True)
class NicMissing:
    """The node has no link of that name."""

    node: str
    nic: str


@dataclass(frozen=True)
class NicEnslaved:
    """The NIC belongs to a master (`team0`) that Harvester knows nothing of."""

    node: str
    nic: str


@dataclass(frozen=True)
class LinkDown:
    """The NIC has no carrier."""

    node: str
    nic: str


@dataclass(frozen=True)
class AgentDown:
    """The node's agent is not running; its devices stay as they are."""

    node: str


@dataclass(frozen=True)
class AgentSlow:
    """The node's agent takes `seconds` longer for each set-up and teardown."""

    node: str
    seconds: float


@dataclass(frozen=True)
class AgentFrozen:
    """The node's agent hangs: it runs, and does nothing until the fault is repaired."""

    node: str


@dataclass(frozen=True)
class DhcpSilent:
    """No DHCP server answers the node."""

    node: str


@dataclass(frozen=True)
class ForeignPort:
    """A port that looks like a VM's is in the bridge, with an MTU of its own, in bytes."""

    node: str
    bridge: str
    mtu: int


@dataclass(frozen=True)
class SwitchMtu:
    """The switch between the nodes drops packets longer than `mtu` bytes."""

    mtu: int


@dataclass(frozen=True)
class ImagePullFails:
    """The node gets no image: pods of the host's network wait with ErrImagePull."""

    node: str


@dataclass(frozen=True)
class VmDoesNotStop:
    """The guest ignores every request to shut down."""

    namespace: str
    name: str


@dataclass(frozen=True)
class VmDoesNotMove:
    """Each migration of the VM fails once its guest is to be sent."""

    namespace: str
    name: str


@dataclass(frozen=True)
class VolumeStaysAttached:
    """The Longhorn volume `name` is attached, whether or not anybody uses it."""

    name: str


# Annotations are kept as texts; these are all that fields of a fault have.
_READ: dict[Any, Callable[[str], Any]] = {"str": str, "int": int, "float": float}

Fault = (
    NicMissing
    | NicEnslaved
    | LinkDown
    | AgentDown
    | AgentSlow
    | AgentFrozen
    | DhcpSilent
    | ForeignPort
    | SwitchMtu
    | ImagePullFails
    | VmDoesNotStop
    | VmDoesNotMove
    | VolumeStaysAttached
)
Faults = frozenset[Fault]
_REAL_ONLY = (AgentFrozen, ForeignPort, SwitchMtu, ImagePullFails)


def _word(kind: type[Fault]) -> str:
    """NicMissing -> nic-missing."""
    letters = (f"-{c.lower()}" if c.isupper() else c for c in kind.__name__)
    return "".join(letters).lstrip("-")


KINDS: dict[str, type[Fault]] = {_word(kind): kind for kind in get_args(Fault)}


def format_fault(fault: Fault) -> str:
    values = (f"{field.name}={getattr(fault, field.name)}" for field in fields(fault))
    return " ".join([_word(type(fault)), *values])


def format_faults(faults: Iterable[Fault]) -> str:
    return "".join(line + "\n" for line in sorted(map(format_fault, faults)))


def parse_fault(line: str) -> Fault:
    """The fault a line describes; ValueError says what is wrong with the line."""
    word, *pairs = line.split()
    kind = KINDS.get(word)
    if kind is None:
        raise ValueError(f"unknown fault {word!r}; known: {', '.join(KINDS)}")
    given = dict(pair.partition("=")[::2] for pair in pairs)
    wanted = [field.name for field in fields(kind)]
    if sorted(given) != sorted(wanted) or not all(given.values()):
        example = " ".join([word, *(f"{name}=..." for name in wanted)])
        raise ValueError(f"{line!r} should read {example}")
    return kind(**{field.name: _READ[field.type](given[field.name]) for field in fields(kind)})


def parse_faults(text: str) -> Faults:
    return frozenset(parse_fault(line) for line in text.splitlines() if line.strip())


def faults_of(config_map: Object) -> Faults:
    return parse_faults((config_map.get("data") or {}).get(REQUESTED, ""))


def agent_delay(faults: Faults, node: str) -> float:
    """Seconds that the node's agent needs beyond its usual time."""
    slow = (f.seconds for f in faults if isinstance(f, AgentSlow) and f.node == node)
    return max(slow, default=0.0)


def unfit(faults: Faults, real: list[str]) -> str:
    """Why some of the faults can't be had by the nodes they name; "" if all can."""
    reasons = []
    for fault in faults:
        on_real = getattr(fault, "node", None) in real or (
            isinstance(fault, SwitchMtu) and real
        )
        if isinstance(fault, _REAL_ONLY) and not on_real:
            reasons.append(f'"{format_fault(fault)}" needs a real node')
        if isinstance(fault, AgentSlow) and on_real:
            reasons.append(f'"{format_fault(fault)}" needs a simulated node')
    return "; ".join(sorted(reasons))


def config_map(text: str) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": NAME, "namespace": NAMESPACE},
        "data": {REQUESTED: text},
    }


async def read_faults(api: Api) -> Faults:
    try:
        return faults_of(await api.get(PATH))
    except ApiError as error:
        if error.status != 404:
            raise
        return frozenset()


async def set_faults(api: Api, faults: Iterable[Fault], within: float = 20.0) -> None:
    """Exactly these faults hold once this returns; none repairs everything.

    Waits until the simulators say that agents are down or up as asked. NICs follow as their
    node's agent sees it. Raises LabError if the nodes can't have such faults, and
    TimeoutError if no simulators run.
    """
    text = format_faults(faults)
    await request(api, text)
    async with asyncio.timeout(within):
        async for _, obj in api.watch(_COLLECTION, fieldSelector=f"metadata.name={NAME}"):
            if obj["data"].get(OBEYED) == text:
                if refused := obj["data"].get(REFUSED):
                    raise LabError(refused)
                return


async def request(api: Api, text: str) -> None:
    """Write the faults down, whether or not somebody is there to obey."""
    await _make(api)
    # Without the answers to what was asked before, for the same text may be asked again.
    await api.merge_patch(PATH, {"data": {REQUESTED: text, OBEYED: None, REFUSED: None}})


async def offer(api: Api) -> None:
    """Have the ConfigMap, and what it asks for answered anew.

    The text is not written, for somebody may ask at this very moment.
    """
    await _make(api)
    await api.merge_patch(PATH, {"data": {OBEYED: None, REFUSED: None}})


async def _make(api: Api) -> None:
    try:
        await api.create(_COLLECTION, config_map(""))
    except ApiError as error:
        if error.status != 409:
            raise
