"""virt-api: what is asked of VMs and instances beside reading and writing them.

``PUT /apis/subresources.kubevirt.io/v1/namespaces/NAMESPACE/virtualmachines/NAME/start`` and
its like, in virt-api's answers. Who may ask is the API server's to say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from harvester_net.cluster.resources import Object
from harvester_net.lab.apiserver import bodies
from harvester_net.lab.apiserver.aggregation import Answer, Passed
from harvester_net.lab.apiserver.control_plane import ControlPlane
from harvester_net.lab.apiserver.errors import StatusError, bad_request
from harvester_net.lab.apiserver.requests import RequestInfo
from harvester_net.lab.controllers.controller import Action, State
from harvester_net.lab.direct import DirectClient
from harvester_net.lab.virt_actions import OF_INSTANCES, OF_VMS, Asked, VmAction, checked
from harvester_net.lab.webhooks.answers import internal

_VMS, _INSTANCES = "virtualmachines", "virtualmachineinstances"
_ACTIONS: Mapping[str, Mapping[str, VmAction]] = {_VMS: OF_VMS, _INSTANCES: OF_INSTANCES}
_CODES = {_VMS: 202, _INSTANCES: 200}
_NAMES = {
    _VMS: (*OF_VMS, "expand-spec", "objectgraph", "evacuate/cancel"),
    _INSTANCES: (
        *OF_INSTANCES,
        "freeze",
        "unfreeze",
        "vnc",
        "vnc/screenshot",
        "console",
        "portforward",
        "guestosinfo",
        "userlist",
        "filesystemlist",
        "addvolume",
        "removevolume",
        "objectgraph",
        "evacuate/cancel",
    ),
}
"""All that discovery names, also what a simulated guest cannot do."""


class VirtApi:
    """Answers for its group of the API; `runs` says whether there is somebody to answer."""

    group = "subresources.kubevirt.io"
    versions = ("v1", "v1alpha3")

    def __init__(
        self, plane: ControlPlane, state: State, runs: Callable[[], bool] = lambda: True
    ) -> None:
        self._plane, self._state, self._runs = plane, state, runs

    def answer(self, request: Passed) -> Answer:
        """Raises StatusError for what is refused."""
        if not self._runs():
            return Answer(503, text="error trying to reach service: connection refused")
        info = request.info
        if not info.plural:
            return Answer(200, _resources(request.info.path))
        if info.plural not in _ACTIONS or not info.name:
            return Answer(401, text=f"unknown resource type {info.plural}")
        if not info.subresource:
            return Answer(401, text=f"unknown api endpoint: {info.path}")
        if info.subresource not in _NAMES[info.plural]:
            return Answer(404, text="404: Page Not Found")
        action = _ACTIONS[info.plural].get(info.subresource)
        if action is None:
            return Answer(501, text=f"{info.resource}: a simulated guest cannot do that")
        if info.method != "PUT":
            return Answer(405, text="405: Method Not Allowed")
        if "*/*" not in (request.accept or "*/*"):
            return Answer(406, text="406: Not Acceptable\n\nAvailable representations: ")
        self._do(action, info, request.content)
        return Answer(_CODES[info.plural])

    def _do(self, action: VmAction, info: RequestInfo, content: bytes) -> None:
        body = checked(action, _parsed(content))
        asked = Asked(self._state, f"{info.namespace}/{info.name}", body)
        self._write(action.writes(asked), ",".join(body.get("dryRun") or ()))

    def _write(self, writes: list[Action], dry_run: str) -> None:
        query = {"dryRun": dry_run} if dry_run else {}
        client = DirectClient(self._plane, "kubevirt-apiserver", query)
        try:
            for action in writes:
                client.write(action)
        except StatusError as error:
            # Also what a webhook refused for good reason is its own mistake to virt-api.
            raise internal(str(error)) from error


def _parsed(content: bytes) -> object:
    try:
        return bodies.parsed(content) if content.strip() else None
    except ValueError as error:
        why = f"Can not unmarshal Request body to struct, error: {error}"
        raise bad_request(why) from error


def _resources(path: str) -> Object:
    """What discovery says; of no verbs, as virt-api itself."""
    names = [f"{plural}/{name}" for plural in _NAMES for name in _NAMES[plural]]
    entry = {"singularName": "", "namespaced": True, "kind": "", "verbs": None}
    return {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": path.strip("/").removeprefix("apis/"),
        "resources": [{"name": name} | entry for name in names],
    }
