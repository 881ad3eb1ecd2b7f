"""Requests for VMs as admission sees them."""

from __future__ import annotations

from typing import Any

from harvester_net.cluster.resources import NAD, SETTING, VM, Object
from harvester_net.lab.apiserver import resources as served
from harvester_net.lab.apiserver.admission import AdmissionRequest, Admit, User
from harvester_net.lab.apiserver.errors import StatusError
from harvester_net.lab.apiserver.objects import copied

from ..controllers.state import KINDS

MAC = "02:00:00:00:00:01"
POD_NETWORK = {"name": "a", "pod": {}}
BRIDGED = {"name": "a", "bridge": {}}


def request(
    obj: Object | None,
    old: Object | None = None,
    *,
    user: str = "joe",
    subresource: str = "",
) -> AdmissionRequest:
    """A creation; an update, with an old object; a deletion, with nothing else."""
    seen = obj or old
    assert seen is not None
    kind = KINDS[seen["apiVersion"], seen["kind"]]
    group, _, version = kind.api.rpartition("/")
    what = served.Resource(group, version, kind.kind, kind.plural, namespaced=True)
    meta = seen["metadata"]
    return AdmissionRequest(
        "DELETE" if obj is None else "UPDATE" if old else "CREATE",
        what,
        meta["namespace"],
        meta["name"],
        User(user),
        obj,
        old,
        subresource=subresource,
    )


def vm(strategy: str | None = "Halted", limits: Any = None, **spec: Any) -> Object:
    """A small VM; what is given goes over the spec of its template."""
    limits = {"memory": "64Mi", "cpu": "1"} if limits is None else limits
    domain = {"cpu": {"cores": 1}, "devices": {}, "resources": {"limits": limits}}
    template = {"spec": {"domain": domain | spec.pop("domain", {})} | spec}
    runs = {"runStrategy": strategy} if strategy else {}
    return {
        "apiVersion": VM.api,
        "kind": VM.kind,
        "metadata": {"name": "vm1", "namespace": "default", "uid": "u1"},
        "spec": runs | {"template": template},
    }


def connected(networks: list[Object], interfaces: list[Object]) -> Object:
    return vm(networks=networks, domain={"devices": {"interfaces": interfaces}})


def on_network(name: str, **nic: Any) -> Object:
    """A VM with one NIC on a VM network."""
    return connected([{"name": "a", "multus": {"networkName": name}}], [BRIDGED | nic])


def vm_network(name: str, cluster_network: str, namespace: str = "default") -> Object:
    labels = {"network.harvesterhci.io/clusternetwork": cluster_network}
    meta = {"name": name, "namespace": namespace, "labels": labels}
    return {"apiVersion": NAD.api, "kind": NAD.kind, "metadata": meta, "spec": {}}


def setting(name: str, value: str) -> Object:
    meta = {"name": name}
    return {"apiVersion": SETTING.api, "kind": SETTING.kind, "metadata": meta, "value": value}


def noted(obj: Object, **notes: str) -> Object:
    """With annotations of Harvester."""
    named = {f"harvesterhci.io/{name}": text for name, text in notes.items()}
    return obj | {"metadata": obj["metadata"] | {"annotations": named}}


def mutated(admit: Admit, obj: Object, old: Object | None = None, **more: Any) -> Object:
    """What becomes of an object."""
    made: Object = copied(obj)
    admit(request(made, old, **more))
    return made


def refusal(admit: Admit, obj: Object, old: Object | None = None, **more: Any) -> Object:
    """The answer to a write; empty if it is let through."""
    try:
        admit(request(copied(obj), old, **more))
    except StatusError as error:
        return error.status
    return {}


def words(answer: Object) -> str:
    """What a refusal says, without who says it."""
    return str(answer["message"]).partition(" denied the request: ")[2]


def template(obj: Object) -> Object:
    found: Object = obj["spec"]["template"]["spec"]
    return found


def domain(obj: Object) -> Object:
    found: Object = template(obj)["domain"]
    return found
