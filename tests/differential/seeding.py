"""Puts clusters on the API server that no webhook would allow, and takes them away again.

The seeder's writes pass the webhooks by: a condition in each webhook's registration leaves
this user out. Everybody else is judged all the while.
"""

from __future__ import annotations

from harvester_net.cluster.resources import CLUSTER_NETWORK, SETTING, Object, Resource, key_of
from harvester_net.lab.api import Api, ApiError
from harvester_net.lab.users import USERS
from lab.readiness import DENIED

from .kinds import WITH_STATUS, resource_of
from .parallel import side_by_side, until
from .pools import STORAGE

SEEDER = "generic-garbage-collector"
ADMISSION = "/apis/admissionregistration.k8s.io/v1"
REGISTRATIONS = (
    f"{ADMISSION}/validatingwebhookconfigurations/harvester-network-webhook",
    f"{ADMISSION}/mutatingwebhookconfigurations/harvester-network-webhook",
    f"{ADMISSION}/validatingwebhookconfigurations/harvester-validator",
    f"{ADMISSION}/mutatingwebhookconfigurations/harvester-mutator",
)
NOT_THE_SEEDER = {
    "name": "not-the-seeder",
    "expression": f"request.userInfo.username != '{USERS[SEEDER]}'",
}


async def leave_seeder_out(admin: Api, seeder: Api) -> None:
    """Makes the webhooks overlook the seeder, and waits until the API server knows it."""
    for registration in REGISTRATIONS:
        found = await admin.get(registration)
        webhooks = [hook | {"matchConditions": [NOT_THE_SEEDER]} for hook in found["webhooks"]]
        await admin.merge_patch(registration, {"webhooks": webhooks})
    await until(lambda: _is_left_out(seeder), "the webhooks overlook the seeder")


async def _is_left_out(seeder: Api) -> bool:
    """Whether both webhooks let pass what they would refuse."""
    too_long = {"metadata": {"name": "thirteenchars"}}
    network = {"apiVersion": CLUSTER_NETWORK.api, "kind": CLUSTER_NETWORK.kind} | too_long
    storage = SETTING.path(name=STORAGE)
    try:
        await seeder.create(CLUSTER_NETWORK.path(), network, dryRun="All")
        await seeder.merge_patch(storage, {"value": "no json"}, dryRun="All")
    except ApiError as error:
        if DENIED not in error.message:
            raise
        return False
    return True


class Seeding:
    """The cluster that is on the server now."""

    def __init__(self, seeder: Api) -> None:
        self._seeder = seeder
        self._there: list[tuple[Resource, str]] = []

    async def adopt(self, resource: Resource) -> None:
        """Counts what is there of a kind as the cluster before the first."""
        for item in (await self._seeder.list(resource.path()))["items"]:
            self._there.append((resource, key_of(item)))

    async def put(self, cluster: list[Object]) -> None:
        """Puts these objects in the place of those before."""
        before, self._there = self._there, []
        await side_by_side(self._remove(*ref) for ref in before)
        self._there = [(resource_of(obj), key_of(obj)) for obj in cluster]
        await side_by_side(self._create(obj) for obj in cluster)

    async def _create(self, obj: Object) -> None:
        resource, path = resource_of(obj), resource_of(obj).path_of(key_of(obj))
        meta = dict(obj["metadata"])
        deleting = meta.pop("deletionTimestamp", None)
        new = obj | {"metadata": meta}
        await self._seeder.create(resource.path(meta.get("namespace")), new)
        if resource in WITH_STATUS and "status" in obj:
            await self._seeder.merge_patch(f"{path}/status", {"status": obj["status"]})
        if deleting:
            await self._seeder.delete(path)

    async def _remove(self, resource: Resource, key: str) -> None:
        path = resource.path_of(key)
        left = await self._seeder.delete(path)
        if (left.get("metadata") or {}).get("finalizers"):
            await self._seeder.merge_patch(path, {"metadata": {"finalizers": None}})
