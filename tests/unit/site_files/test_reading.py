"""The file of a site: what it describes, and what is wrong with it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from harvester_net.site_files.reading import (
    LARGEST,
    MOST_TOLD,
    WrongSiteFile,
    described,
    read_site,
)

BERLIN = """\
# The networks of Berlin.
trafficPaths:
  tenant:
    mtu: 9000
    uplinks:
      rack-a: { nodeSelector: { example.com/rack: a }, nics: [eno2, eno3] }
    networks:
      web: { vlan: 100, namespace: shop }
  storage:
    uplinks:
      rack-a:
        nics:
          - eno4
    storage: { vlan: 50, range: 192.168.50.0/24 }
mgmt:
  networks: { ops: { vlan: 7 } }
  mtu:
"""


def refused(text: str, file: str = "sites/berlin.yaml") -> list[str]:
    with pytest.raises(WrongSiteFile) as raised:
        described(text, file)
    return str(raised.value).splitlines()


def test_right_file_is_the_inputs_of_a_site(tmp_path: Path) -> None:
    file = tmp_path / "berlin.yaml"
    file.write_text(BERLIN)
    selector = {"example.com/rack": "a"}
    assert read_site(str(file)) == {
        "trafficPaths": {
            "tenant": {
                "mtu": 9000,
                "uplinks": {"rack-a": {"nodeSelector": selector, "nics": ["eno2", "eno3"]}},
                "networks": {"web": {"vlan": 100, "namespace": "shop"}},
            },
            "storage": {
                "uplinks": {"rack-a": {"nics": ["eno4"]}},
                "storage": {"vlan": 50, "range": "192.168.50.0/24"},
            },
        },
        "mgmt": {"networks": {"ops": {"vlan": 7}}},
    }


def test_all_that_is_wrong_is_told_in_the_order_of_the_lines() -> None:
    text = (
        BERLIN.replace("- eno4", "- eno4\n          - eno4")
        .replace("vlan: 100", "vlan: 4095")
        .replace("range: 192.168.50.0/24", "rang: x")
        .replace("mtu:\n", "mtu: no\n")
    )
    assert refused(text) == [
        "sites/berlin.yaml:8: trafficPaths.tenant.networks.web.vlan: 4095 is not a VLAN ID; "
        "use 1 to 4094",
        "sites/berlin.yaml:12: trafficPaths.storage.uplinks.rack-a.nics: eno4 is listed twice",
        "sites/berlin.yaml:15: trafficPaths.storage.storage.range: is required",
        "sites/berlin.yaml:15: trafficPaths.storage.storage.rang: is not a property of "
        "storage; did you mean range?",
        "sites/berlin.yaml:18: mgmt.mtu: must be a whole number, not the text 'no'",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "describes nothing; give trafficPaths, mgmt or both"),
        ("trafficPaths:", "describes nothing; give trafficPaths, mgmt or both"),
        ("- a", "must be a map with trafficPaths, mgmt or both"),
        ("Berlin", "must be a map with trafficPaths, mgmt or both"),
        (
            "{",
            "while parsing a flow node, expected the node content, but found '<stream end>'",
        ),
    ],
)
def test_file_without_a_site(text: str, told: str) -> None:
    assert refused(text) == [f"sites/berlin.yaml:1: {told}"]


def test_names_of_others_do_no_harm_to_a_terminal() -> None:
    (line,) = refused('mgmt: { "a\\x1b[2J\\u202eb\\nc": 1 }', "a\x1b.yaml")
    assert line.startswith('a\\x1b.yaml:1: mgmt["a\\x1b[2J\\u202eb c"]: is not a property of')


def test_a_file_that_is_wrong_all_over_is_told_in_part() -> None:
    networks = "\n".join(f"    n{number}: {{}}" for number in range(MOST_TOLD + 7))
    lines = refused(f"mgmt:\n  networks:\n{networks}")
    assert len(lines) == MOST_TOLD + 1
    assert lines[-1] == "and 7 more"


def test_file_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told = "cannot be read: No such file or directory"
    with pytest.raises(WrongSiteFile) as raised:
        read_site("sites/berlin.yaml")
    assert str(raised.value) == f"sites/berlin.yaml: {told} (from {tmp_path})"
    with pytest.raises(WrongSiteFile) as raised:
        read_site(f"{tmp_path}/berlin.yaml")
    assert str(raised.value) == f"{tmp_path}/berlin.yaml: {told}"


def test_what_is_no_regular_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for place in (tmp_path, tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(WrongSiteFile) as raised:
            read_site(str(place))
        assert str(raised.value) == f"{place}: cannot be read: it is no regular file"


def test_path_that_is_none() -> None:
    with pytest.raises(WrongSiteFile, match=r"a\\x00b: cannot be read: "):
        read_site("a\0b")


def test_file_that_is_too_large_or_no_text(tmp_path: Path) -> None:
    file = tmp_path / "berlin.yaml"
    file.write_bytes(b"#" * (LARGEST + 1))
    with pytest.raises(
        WrongSiteFile, match=r"berlin.yaml: has more than 500,000 bytes; is it"
    ):
        read_site(str(file))
    file.write_bytes(b"# Berlin\nmgmt: \xff")
    with pytest.raises(WrongSiteFile, match=r"berlin.yaml:2: is no text in UTF-8"):
        read_site(str(file))
