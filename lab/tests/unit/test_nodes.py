"""What real nodes are made of, without a guest: packages, ram disk, devices, faults."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from harvester_net.lab.errors import NoRealNodes
from harvester_net.lab.faults import (
    AgentDown,
    AgentFrozen,
    AgentSlow,
    Fault,
    ForeignPort,
    ImagePullFails,
    NicMissing,
    SwitchMtu,
    format_fault,
    parse_fault,
    unfit,
)
from harvester_net.lab.simulators.machines import base_objects, real_address
from lab import LabError
from lab.nodes import machine, packages
from lab.nodes.devices import TRIES, devices_in, look
from lab.nodes.guest import Answer
from lab.nodes.image import Entry, archive, load_order
from lab.nodes.real_faults import scripts_of

REAL = ["node1", "node2", "node3"]
QUIET = Console(quiet=True)


@pytest.fixture(autouse=True)
def empty_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def test_machine_without_apt_has_no_real_nodes_and_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoRealNodes, match="need apt-get, which is not on PATH"):
        packages.ensure(QUIET)
    assert packages.state().startswith("can't run here: ")


def test_machine_of_another_kind_has_no_real_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "aarch64")
    with pytest.raises(NoRealNodes, match="need an x86_64 machine, and this is aarch64"):
        packages.ensure(QUIET)


def test_failed_download_is_one_line_that_status_repeats(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _programs(tmp_path, monkeypatch, "echo 'W: hm' >&2; echo 'E: no route' >&2; exit 100")
    with pytest.raises(NoRealNodes) as failure:
        packages.ensure(QUIET)
    reason = "apt could not get their Debian packages (no route)"
    assert str(failure.value) == f"Real nodes can't run here: {reason}."
    assert packages.state() == f"could not run here: {reason}"


def test_packages_are_got_once_and_for_no_machine_in_particular(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    called = tmp_path / "called"
    _programs(
        tmp_path,
        monkeypatch,
        f"""
for word; do
    case $word in
    -oDir::Cache=*) cache=${{word#*=}} ;;
    -oDir::State::status=*) [ -s "${{word#*=}}" ] || echo nothing installed >> {called} ;;
    install) : > "$cache/archives/linux-image-cloud-amd64_1%3a6.1.0-3_amd64.deb" ;;
    esac
done""",
    )
    found = packages.ensure(QUIET)
    assert found.versions == {"linux-image-cloud-amd64": "1:6.1.0-3"}
    assert called.read_text() == "nothing installed\n" * 2
    assert packages.ensure(QUIET) == found
    assert called.read_text() == "nothing installed\n" * 2


def test_archive_is_what_cpio_reads(tmp_path: Path) -> None:
    """Checked with the kernel's own documentation of the format: names, modes, padding."""
    content = b"".join(archive([Entry("bin/sh", b"12345"), Entry("a/b/c", b"", 0o100644)]))
    names = []
    at = 0
    while content[at : at + 6] == b"070701":
        fields = [int(content[at + 6 + 8 * n : at + 14 + 8 * n], 16) for n in range(13)]
        size, length = fields[6], fields[11]
        name = content[at + 110 : at + 110 + length - 1].decode()
        names.append((name, oct(fields[1])))
        data = at + (110 + length + 3) // 4 * 4
        if name == "bin/sh":
            assert content[data : data + size] == b"12345"
        at = data + (size + 3) // 4 * 4
    assert names == [
        ("a", "0o40755"),
        ("a/b", "0o40755"),
        ("bin", "0o40755"),
        ("bin/sh", "0o100755"),
        ("a/b/c", "0o100644"),
        ("TRAILER!!!", "0o0"),
    ]
    assert at == len(content)


def test_modules_are_loaded_after_those_they_need() -> None:
    modules = {
        "bridge": b"\0depends=stp,llc\0",
        "stp": b"\0depends=llc\0",
        "llc": b"\0depends=\0",
        "br_netfilter": b"\0depends=bridge\0",
    }
    order = load_order(("br_netfilter", "bridge", "built_in"), lambda n: modules.get(n, b""))
    assert list(order) == ["llc", "stp", "bridge", "br_netfilter"]


def test_devices_are_read_with_their_vlans() -> None:
    bond: dict[str, Any] = {
        "ifname": "tenant-bo",
        "ifindex": 7,
        "mtu": 9000,
        "flags": ["UP", "LOWER_UP"],
        "master": "tenant-br",
        "linkinfo": {"info_kind": "bond", "info_data": {"mode": "active-backup"}},
    }
    nic = {"ifname": "eno4", "ifindex": 3, "mtu": 1500, "flags": ["UP"]}
    vlans = [{"vlan": 1, "flags": ["PVID", "Egress Untagged"]}, {"vlan": 100, "vlanEnd": 102}]
    ports = [{"ifname": "tenant-bo", "vlans": vlans}]
    found = devices_in(f"{json.dumps([bond, nic])}\n\n{json.dumps(ports)}\n")
    seen = found["tenant-bo"]
    assert (seen.index, seen.mtu, seen.kind, seen.master) == (7, 9000, "bond", "tenant-br")
    assert (seen.vlans, seen.pvid) == (frozenset({1, 100, 101, 102}), 1)
    assert seen.details == {"mode": "active-backup"}
    assert seen.has_carrier
    free = found["eno4"]
    assert (free.kind, free.master, free.vlans, free.pvid) == ("", "", frozenset(), 0)
    assert not free.has_carrier


def test_script_that_fails_shows_what_it_said() -> None:
    assert Answer(0, "fine").checked() == "fine"
    with pytest.raises(LabError, match="ended with code 2: no such device"):
        Answer(2, "no such device").checked()


def test_real_nodes_have_the_addresses_that_the_guest_gives_them() -> None:
    addresses = [
        obj["metadata"]["annotations"]["lab.harvester-net/address"]
        for obj in base_objects(2, real=True)
        if obj["kind"] == "Node" and obj["apiVersion"] == "v1"
    ]
    assert addresses == [real_address(1), real_address(2)]
    init = (Path(machine.__file__).parent / "guest" / "init").read_text()
    assert "10.0.2.$((100 + node))" in init


@pytest.mark.parametrize("name", ["init", "keep-agent", "run", "run-pod", "stop-pod"])
def test_scripts_of_the_guest_are_read_by_a_shell(name: str) -> None:
    script = Path(machine.__file__).parent / "guest" / name
    checked = subprocess.run(["sh", "-n", script], capture_output=True, text=True)
    assert checked.stderr == ""


@pytest.mark.parametrize(
    "fault",
    [
        AgentFrozen("node1"),
        ForeignPort("node2", "tenant-br", 1500),
        SwitchMtu(1500),
        ImagePullFails("node3"),
        AgentSlow("node1", 2.5),
    ],
    ids=format_fault,
)
def test_fault_is_read_as_it_was_written(fault: Fault) -> None:
    assert parse_fault(format_fault(fault)) == fault


@pytest.mark.parametrize(
    ("fault", "real", "reason"),
    [
        (AgentFrozen("node1"), [], '"agent-frozen node=node1" needs a real node'),
        (SwitchMtu(1500), [], '"switch-mtu mtu=1500" needs a real node'),
        (
            AgentSlow("node1", 2.0),
            REAL,
            '"agent-slow node=node1 seconds=2.0" needs a simulated',
        ),
        (AgentSlow("other", 2.0), REAL, ""),
        (AgentDown("node1"), REAL, ""),
        (AgentDown("node1"), [], ""),
        (SwitchMtu(1500), REAL, ""),
    ],
)
def test_faults_that_nodes_can_not_have_are_named(
    fault: Fault, real: list[str], reason: str
) -> None:
    said = unfit(frozenset([fault]), real)
    assert said.startswith(reason)
    assert bool(said) == bool(reason)


def test_only_faults_of_real_nodes_are_the_guests() -> None:
    assert scripts_of(NicMissing("node2", "eno2"), REAL) is not None
    assert scripts_of(NicMissing("simulated", "eno2"), REAL) is None
    assert scripts_of(ImagePullFails("node1"), REAL) is None


def test_small_switch_is_at_every_data_nic_and_at_none_of_management() -> None:
    scripts = scripts_of(SwitchMtu(1500), REAL)
    assert scripts is not None
    for script in (scripts.make, scripts.repair):
        assert script.count("eno2") >= len(REAL)
        assert "eno1" not in script
    assert " mtu 1514 " in scripts.make


def _programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, apt: str) -> None:
    """apt-get and dpkg-deb of the test's own."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name, script in {"apt-get": apt, "dpkg-deb": 'mkdir -p "$3"'}.items():
        program = folder / name
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setattr("platform.machine", lambda: packages.ARCHITECTURE)


@pytest.mark.parametrize("interrupted", [0, 1, TRIES])
def test_devices_that_change_under_the_look_are_looked_at_again(interrupted: int) -> None:
    link = {"ifindex": 2, "ifname": "eno1", "mtu": 1500, "flags": []}
    answers = [f"{json.dumps([link])}\n\n"] * (TRIES + 1)
    for number in range(interrupted):
        answers[number] = f"Dump was interrupted and may be inconsistent.\n{answers[number]}"
    looks = iter(answers)
    assert set(look(lambda script: next(looks))) == {"eno1"}
    assert len(list(looks)) == TRIES + 1 - min(interrupted + 1, TRIES)
