"""What the provider learns of Pulumi's state in a run: forced replacements, two owners."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from harvester_net.kinds.call import Call
from harvester_net.kinds.failures import Refused
from harvester_net.kinds.registry import KINDS
from harvester_net.plugin import provider as module
from harvester_net.plugin.provider import Provider
from harvester_net.plugin.requests import (
    CheckRequest,
    ConfigureRequest,
    CreateRequest,
    DeleteRequest,
    DiffRequest,
    Properties,
    ReadRequest,
)

from .test_provider import VM_NETWORK, Log, Recording

INPUTS: Properties = {
    "name": "tenant",
    "namespace": "default",
    "clusterNetwork": "data",
    "vlan": 100,
}
KEY = "default/tenant"
OUTPUTS = INPUTS | {"uid": "u1"}


class Deleting(Recording):
    """Keeps the keys that were deleted."""

    def __init__(self) -> None:
        super().__init__()
        self.deleted: list[str] = []

    async def delete(self, key: str, outputs: Properties, call: Call) -> None:
        self.deleted.append(key)


@pytest.fixture(autouse=True)
def any_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    """No cluster is asked who it is: here is none."""

    async def same(*_: object) -> str:
        return ""

    monkeypatch.setattr(module, "require_same", same)


@pytest.fixture
def kind(monkeypatch: pytest.MonkeyPatch) -> Deleting:
    """The resource type of VM networks, without a cluster."""
    recording = Deleting()
    monkeypatch.setattr(module, "KINDS", dict(KINDS) | {VM_NETWORK: recording})
    return recording


@pytest.fixture
async def provider(kind: Deleting) -> Provider:
    """A provider that is configured and online."""
    made = Provider(Log(), asyncio.Event())
    await made.configure(ConfigureRequest(inputs={"kubeconfig": "/nowhere"}))
    return made


def about(name: str = "tenant") -> dict[str, Any]:
    return {"urn": f"urn:pulumi:dev::site::{VM_NETWORK}::{name}", "type": VM_NETWORK}


async def check(provider: Provider, name: str = "tenant", old: Properties = INPUTS) -> None:
    await provider.check(
        CheckRequest(**about(name), old_inputs=old, inputs=INPUTS, proposed_name=None)
    )


async def create(provider: Provider, *, preview: bool = False) -> None:
    await provider.create(CreateRequest(**about(), inputs=INPUTS, timeout=0, preview=preview))


async def delete(provider: Provider, name: str = "tenant") -> None:
    await provider.delete(DeleteRequest(**about(name), id=KEY, outputs=OUTPUTS, timeout=0))


async def test_a_forced_replacement_is_refused_before_anything_is_touched(
    provider: Provider, kind: Deleting
) -> None:
    await check(provider)
    with pytest.raises(Refused) as refusal:
        await create(provider)
    assert kind.calls == []
    assert str(refusal.value) == (
        "VmNetwork default/tenant cannot be replaced by a new one before the old one is "
        "deleted: both have the same name. Nothing was changed. For a new object, give the "
        "resource the option deleteBeforeReplace (Python: delete_before_replace=True); if "
        "nothing is wrong with it, take the mark off: pulumi state untaint"
    )


async def test_what_this_run_has_read_is_in_the_state(
    provider: Provider, kind: Deleting
) -> None:
    """The engine checks what is to be replaced by force as if it were new (`--replace`)."""
    await provider.read(ReadRequest(**about(), id=KEY, inputs=INPUTS, outputs=OUTPUTS))
    await check(provider, old={})
    with pytest.raises(Refused, match="cannot be replaced by a new one before"):
        await create(provider)


async def test_a_preview_of_one_warns_for_it_cannot_know_the_order(
    provider: Provider, kind: Deleting
) -> None:
    await check(provider)
    await create(provider, preview=True)
    (warning,) = provider._log.warnings  # type: ignore[attr-defined]
    assert warning.startswith("without the option deleteBeforeReplace, VmNetwork default/")


async def test_deleted_before_it_is_replaced_there_is_a_new_object(
    provider: Provider, kind: Deleting
) -> None:
    await check(provider)
    await delete(provider)
    await create(provider)
    assert kind.deleted == [KEY]
    assert len(kind.calls) == 1


async def test_the_repair_of_a_killed_run_takes_its_object_over(
    provider: Provider, kind: Deleting
) -> None:
    await check(provider, old={})
    await create(provider)
    assert len(kind.calls) == 1


async def test_a_replacement_of_our_own_deletes_first(
    provider: Provider, kind: Deleting
) -> None:
    await check(provider)
    other = INPUTS | {"clusterNetwork": "other"}
    answer = await provider.diff(DiffRequest(**about(), old_inputs=other, inputs=INPUTS))
    assert answer.delete_before_replace
    await create(provider, preview=True)
    assert provider._log.warnings == []  # type: ignore[attr-defined]


async def test_an_object_that_two_resources_have_is_not_deleted_with_one(
    provider: Provider, kind: Deleting
) -> None:
    await check(provider, "renamed")
    await delete(provider)
    assert kind.deleted == []
    assert provider._log.warnings == [  # type: ignore[attr-defined]
        "VmNetwork default/tenant stays on the cluster: resource renamed of this program has "
        "it too"
    ]


async def test_an_object_that_another_resource_is_only_to_get_is_deleted(
    provider: Provider, kind: Deleting
) -> None:
    await check(provider, "next", old={})
    await delete(provider)
    assert kind.deleted == [KEY]


async def test_an_object_that_a_set_has_too_is_not_deleted_with_the_other(
    provider: Provider, kind: Deleting
) -> None:
    token = "harvester-net:index:VmNetworks"
    urn = f"urn:pulumi:dev::site::{token}::all"
    held = {"clusterNetwork": "data", "vlans": [100], "namePattern": "tenant{vlan}"}
    request = CheckRequest(
        urn=urn, type=token, old_inputs=held, inputs=held, proposed_name=None
    )
    await provider.check(request)
    key, call = "default/tenant100", about()
    await provider.delete(DeleteRequest(**call, id=key, outputs=OUTPUTS, timeout=0))
    await delete(provider)
    assert kind.deleted == [KEY]
    assert provider._log.warnings == [  # type: ignore[attr-defined]
        "VmNetwork default/tenant100 stays on the cluster: resource all of this program has "
        "it too"
    ]
