"""JSON in texts: what is kept of it, and that a server thinks the same of what is left."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvester_net.cluster.resources import NAD, SETTING
from harvester_net.harvester.cni import ROUTE as ROUTE_SHAPE
from harvester_net.harvester.cni import net_conf
from harvester_net.harvester.gojson import Undecodable, decode
from harvester_net.harvester.site.kinds import kept
from harvester_net.harvester.site.texts import UNREADABLE

from ... import objects

ROUTE = "network.harvesterhci.io/route"


def cni(text: str) -> str:
    """What is kept of a CNI config."""
    found = kept({NAD: [objects.nad("a", config=text)]})[NAD]
    return str(found[0]["spec"]["config"])


def setting(name: str, text: str) -> str:
    """What is kept of the value of a setting."""
    return str(kept({SETTING: [objects.setting(name, text)]})[SETTING][0]["value"])


@pytest.mark.parametrize(
    "text",
    [
        "",
        '{"type":"bridge","bridge":"data-br","vlan":100}',
        '{"type": "bridge", "bridge": "data-br", "vlan": 100}',
        '{ "type" : "bridge",\n  "vlan":100 }',
        '{"VLAN":100,"vlan":200}',
        '{"mtu":9000,"Mtu":1500}',
        '{"vlanTrunk":[{"minID":1,"maxID":9},null,{"id":20}]}',
        '{"vlan":100.0,"mtu":1e3}',
        "[]",
        "null",
        "7",
    ],
)
def test_a_text_of_which_all_is_kept_stays_as_it_was_written(text: str) -> None:
    assert cni(text) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ('{"vlan":1,"password":"x"}', '{"vlan":1}'),
        ('{"vlan": 1, "env": {"TOKEN": "x"}}', '{"vlan": 1}'),
        ('{"ipam":{"type":"static","addresses":["x"]}}', '{"ipam":{"type":"static"}}'),
        ('{"type":"exec-my-plugin"}', '{"type":"?"}'),
        ('{"vlan":"secret"}', '{"vlan":"?"}'),
        ('{"vlan":{"a":"secret"}}', '{"vlan":{}}'),
        ('{"bridge":["secret"]}', '{"bridge":[]}'),
        ('{"vlanTrunk":{"secret":1}}', '{"vlanTrunk":{}}'),
        ('"secret"', '"?"'),
        ('{"vlan":1} secret', '{"vlan":1} ?'),
        ("secret", UNREADABLE),
        ('{"vlan":NaN,"name":"secret"}', UNREADABLE),
        ("[" * 100_000, UNREADABLE),
    ],
)
def test_what_nobody_has_named_is_left_out_of_a_text(text: str, left: str) -> None:
    assert cni(text) == left


def test_settings_keep_the_very_text_whose_hash_harvester_keeps() -> None:
    text = '{"vlan":300 , "clusterNetwork":"data","range":"192.168.0.0/24"}'
    assert setting("storage-network", text) == text
    assert setting("vm-migration-network", text) == text
    shared = '{"share-storage-network":false, "network":{"vlan":7,"clusterNetwork":"a"}}'
    assert setting("rwx-network", shared) == shared
    assert setting("storage-network", '{"vlan":300,"password":"x"}') == '{"vlan":300}'


def test_a_route_keeps_what_it_says_of_addresses() -> None:
    text = '{"mode":"manual","cidr":"10.1.0.0/24","gateway":"10.1.0.1","by":"alice"}'
    nad = objects.nad("a", annotations={ROUTE: text})
    found = kept({NAD: [nad]})[NAD][0]["metadata"]["annotations"]
    assert found == {ROUTE: '{"mode":"manual","cidr":"10.1.0.0/24","gateway":"10.1.0.1"}'}


NAMES = st.sampled_from(
    ["vlan", "VLAN", "mtu", "name", "bridge", "type", "vlanTrunk", "ipam", "provider", "more"]
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-5, 5000)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "bridge", "kube-ovn", "data-br", "x", "secret", "a.b.ovn"])
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=8,
)


def decoded(text: str, shape: Any = None) -> Any:
    """As the server decodes it; the error's kind if it cannot."""
    try:
        return (
            net_conf(objects.nad("a", config=text)) if shape is None else decode(text, shape)
        )
    except Undecodable as error:
        return str(error).partition(":")[0]


@given(st.dictionaries(NAMES, VALUES, max_size=6), st.booleans())
def test_a_server_decodes_what_is_left_of_any_text_as_before(value: Any, wide: bool) -> None:
    text = json.dumps(value, separators=None if wide else (",", ":"))
    left = cni(text)
    assert cni(left) == left
    before, after = decoded(text), decoded(left)
    if isinstance(before, str):
        assert before == after
    else:
        numbers = ("vlan", "mtu", "vlanTrunk", "promiscMode", "bridge")
        assert {n: before[n] for n in numbers} == {n: after[n] for n in numbers}


@given(st.dictionaries(st.sampled_from(["mode", "cidr", "gateway", "x"]), VALUES))
def test_a_server_decodes_what_is_left_of_any_route_as_before(value: Any) -> None:
    nad = objects.nad("a", annotations={ROUTE: json.dumps(value)})
    left = kept({NAD: [nad]})[NAD][0]["metadata"]["annotations"][ROUTE]
    before, after = decoded(json.dumps(value), ROUTE_SHAPE), decoded(left, ROUTE_SHAPE)
    assert isinstance(before, str) == isinstance(after, str)
