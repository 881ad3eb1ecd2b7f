"""virt-api's answers to what it is asked over HTTP, without a server."""

from __future__ import annotations

from pathlib import Path

import pytest

from harvester_net.lab.apiserver import ControlPlane
from harvester_net.lab.apiserver.admission import User
from harvester_net.lab.apiserver.aggregation import Answer, Passed
from harvester_net.lab.apiserver.errors import StatusError
from harvester_net.lab.apiserver.requests import parse_request
from harvester_net.lab.virt_api import VirtApi

from .controllers.vm_state import vm, vm_world

GROUP = "/apis/subresources.kubevirt.io/v1"
VMS = f"{GROUP}/namespaces/default/virtualmachines"
VMIS = f"{GROUP}/namespaces/default/virtualmachineinstances"
START = f"{VMS}/vm1/start"


@pytest.fixture
def virt_api(tmp_path: Path) -> VirtApi:
    return VirtApi(ControlPlane(tmp_path), vm_world(vm("Halted")))


def passed(method: str, path: str, content: bytes = b"", accept: str = "*/*") -> Passed:
    return Passed(parse_request(method, path, {}), User("joe"), content, accept)


@pytest.mark.parametrize(
    ("method", "path", "accept", "code", "text"),
    [
        (
            "PUT",
            START,
            "application/json",
            406,
            "406: Not Acceptable\n\nAvailable representations: ",
        ),
        ("POST", START, "*/*", 405, "405: Method Not Allowed"),
        ("GET", START, "*/*", 405, "405: Method Not Allowed"),
        ("PUT", f"{VMS}/vm1/frob", "*/*", 404, "404: Page Not Found"),
        ("PUT", f"{VMIS}/vm1/start", "*/*", 404, "404: Page Not Found"),
        ("GET", f"{VMS}/vm1", "*/*", 401, f"unknown api endpoint: {VMS}/vm1"),
        ("GET", VMS, "*/*", 401, "unknown resource type virtualmachines"),
        ("GET", f"{GROUP}/others", "*/*", 401, "unknown resource type others"),
        (
            "GET",
            f"{VMIS}/vm1/vnc",
            "*/*",
            501,
            "virtualmachineinstances/vnc: a simulated guest cannot do that",
        ),
    ],
)
def test_text_says_what_is_not_served(
    virt_api: VirtApi, method: str, path: str, accept: str, code: int, text: str
) -> None:
    assert virt_api.answer(passed(method, path, accept=accept)) == Answer(code, text=text)


@pytest.mark.parametrize(
    ("path", "content", "code", "said"),
    [
        (START, b"{bad", 400, "Can not unmarshal Request body to struct, error: "),
        (START, b"[1]", 400, "Can not unmarshal Request body to struct, error: "),
        (f"{VMS}/none/stop", b"", 404, 'virtualmachine.kubevirt.io "none" not found'),
        (f"{VMS}/vm1/stop", b"{}", 409, "Operation cannot be fulfilled on virtualmachine"),
        (f"{VMIS}/vm1/pause", b" ", 404, "virtualmachineinstance.kubevirt.io"),
    ],
)
def test_refusal_is_a_status(
    virt_api: VirtApi, path: str, content: bytes, code: int, said: str
) -> None:
    with pytest.raises(StatusError) as refusal:
        virt_api.answer(passed("PUT", path, content))
    assert refusal.value.code == code
    assert str(refusal.value).startswith(said)


def test_discovery_names_what_can_be_asked(virt_api: VirtApi) -> None:
    listed = virt_api.answer(passed("GET", f"{GROUP}alpha3")).object
    assert listed is not None
    assert listed["groupVersion"] == "subresources.kubevirt.io/v1alpha3"
    names = {each["name"] for each in listed["resources"]}
    assert {"virtualmachines/start", "virtualmachineinstances/pause"} <= names


def test_nobody_answers_for_virt_api(tmp_path: Path) -> None:
    away = VirtApi(ControlPlane(tmp_path), vm_world(vm()), lambda: False)
    answer = away.answer(passed("PUT", START))
    assert (answer.code, answer.text.partition(":")[0]) == (
        503,
        "error trying to reach service",
    )
