"""look.sh, run by real shells over recorded outputs of `ip` and `bridge`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from harvester_net.verify.devices import Bond, Bridge, Devices, Member, Port, Ports
from harvester_net.verify.parsing import Unreadable, devices_in

from .recorded import Tools, healthy, link, port_line

SHELLS = [shell for shell in ("dash", "bash") if shutil.which(shell)]


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def tools(tmp_path: Path) -> Tools:
    return healthy(Tools(tmp_path / "tools"))


def arp_settings(folder: Path, **values: int) -> str:
    """A folder like the kernel's with an arp_ignore for each device."""
    for device, value in values.items():
        place = folder / "conf" / device.replace("_", "-")
        place.mkdir(parents=True)
        (place / "arp_ignore").write_text(f"{value}\n")
    return str(folder / "conf")


def seen(tools: Tools, shell: str = "sh", vlan: str = "") -> Devices:
    return devices_in(tools.run("look.sh", shell, CN="data", VLAN=vlan), "node1", "data")


def test_healthy_node_is_read_as_it_is(tools: Tools, shell: str) -> None:
    assert seen(tools, shell) == Devices(
        node="node1",
        bond=Bond(
            name="data-bo",
            index=20,
            mtu=9000,
            mode="active-backup",
            active_nic="ens1",
            master="data-br",
            members=(Member("ens1", 9000, "up"), Member("ens2", 9000, "up")),
        ),
        bridge=Bridge("data-br", 21, 9000),
        vlans=frozenset({1, 100, *range(200, 211)}),
    )


def test_node_without_the_cluster_network_has_no_devices(tmp_path: Path, shell: str) -> None:
    assert seen(Tools(tmp_path / "tools"), shell) == Devices(node="node1")


def test_ports_are_counted_and_the_lowest_named_with_their_addresses(
    tools: Tools, shell: str
) -> None:
    lines = [port_line(20, "data-bo", 9000, "bond").replace("@if3", "")]
    lines += [port_line(30 + n, f"veth{n}", 9000) for n in range(3)]
    lines += [port_line(40, "vethold", 1500), port_line(41, "tap0", 1500, "tun type tap")]
    tools.says("ip -o -d link show master data-br", "\n".join(lines))
    tools.says(
        "bridge fdb show dev vethold",
        "52:54:00:aa:00:01 vlan 100 master data-br \n"
        "52:54:00:aa:00:01 master data-br \n"
        "33:33:00:00:00:01 self permanent\n"
        "aa:bb:cc:00:00:01 vlan 1 master data-br permanent\n",
    )
    assert seen(tools, shell).ports == Ports(
        by_mtu={9000: 3, 1500: 2},
        lowest=(
            Port("vethold", "veth", 1500, ("52:54:00:aa:00:01",)),
            Port("tap0", "tun", 1500),
        ),
    )


def test_a_hundred_ports_and_hundreds_of_vlans_fit_into_the_answer(
    tools: Tools, shell: str
) -> None:
    lines = [port_line(100 + n, f"veth{n:08x}", 1500) for n in range(120)]
    tools.says("ip -o -d link show master data-br", "\n".join(lines))
    listed = [{"vlan": vlan} for vlan in range(2, 1202, 3)]
    tools.says("bridge -c -j vlan show dev data-bo", [{"ifname": "data-bo", "vlans": listed}])
    answer = tools.run("look.sh", shell, CN="data", VLAN="")
    assert len(answer) <= 4096
    found = devices_in(answer, "node1", "data")
    assert found.ports.by_mtu == {1500: 120}
    assert len(found.ports.lowest) >= 3
    assert len(found.vlans) == 400


def test_an_answer_that_cannot_fit_says_so(tools: Tools) -> None:
    noise = "".join(f"{n * 7919 % 104729:x}" for n in range(6000))
    tools.says("ip -j link show dev data-br", [{"ifname": "data-br", "noise": noise}])
    with pytest.raises(Unreadable, match="does not fit into the answer"):
        seen(tools)


def test_an_image_without_a_real_ip_is_told(tools: Tools, shell: str) -> None:
    tools.write("ip", 'echo "ip: invalid argument -j" >&2; exit 1\n')
    with pytest.raises(Unreadable, match="this image's ip knows no JSON"):
        seen(tools, shell)


@pytest.mark.parametrize(
    ("vlan", "device", "there"), [("100", "data-br.100", True), ("1", "data-br", True)]
)
def test_the_hosts_own_address_in_the_vlan_is_seen(
    tools: Tools, shell: str, vlan: str, device: str, there: bool
) -> None:
    inet = {"family": "inet", "local": "10.1.0.7", "prefixlen": 24, "scope": "global"}
    tools.says(f"ip -j -4 addr show dev {device}", [{"ifname": device, "addr_info": [inet]}])
    found = seen(tools, shell, vlan)
    assert (found.vlan_device, found.address) == (there, "10.1.0.7")


def test_a_device_without_an_address_is_still_the_hosts_own(tools: Tools) -> None:
    own = [{"ifname": "data-br.100", "addr_info": []}]
    tools.says("ip -j -4 addr show dev data-br.100", own)
    found = seen(tools, vlan="100")
    assert (found.vlan_device, found.address) == (True, "")


def test_what_a_killed_ping_has_left_is_seen(tools: Tools, shell: str) -> None:
    tools.says(
        "ip -o link show type vlan",
        "9: data-br.7@data-br: <UP> mtu 1500\n8: hnv-100-8d77@data-br: <UP> mtu 1500\n",
    )
    found = seen(tools, shell)
    assert found.leftovers == ("hnv-100-8d77",)
    assert found.host_devices == {"data-br.7": 1500}


def test_devices_that_are_switched_off_are_told(tools: Tools, shell: str) -> None:
    down = {"flags": ["NO-CARRIER", "BROADCAST", "MULTICAST"], "operstate": "DOWN"}
    bridge = json.dumps([link("data-br", 21, 9000, **down)])
    tools.says("ip -j link show dev data-br", bridge)
    found = seen(tools, shell)
    assert found.bond is not None
    assert found.bridge is not None
    assert (found.bond.up, found.bridge.up) == (True, False)


def test_arp_settings_are_read_of_mgmt_alone(tools: Tools, tmp_path: Path, shell: str) -> None:
    conf = arp_settings(tmp_path, all=2, mgmt_br=0, data_br=1)
    found = {
        name: devices_in(
            tools.run("look.sh", shell, CN=name, VLAN="", CONF=conf), "node1", name
        )
        for name in ("mgmt", "data")
    }
    assert found["mgmt"].arp_ignore == {"all": 2, "mgmt-br": 0}
    assert found["data"].arp_ignore == {}


def test_arp_settings_that_are_not_there_are_left_out(
    tools: Tools, tmp_path: Path, shell: str, capfd: pytest.CaptureFixture[str]
) -> None:
    conf = arp_settings(tmp_path, all=1)
    answer = tools.run("look.sh", shell, CN="mgmt", VLAN="", CONF=conf)
    assert devices_in(answer, "node1", "mgmt").arp_ignore == {"all": 1}
    assert capfd.readouterr().err == ""
