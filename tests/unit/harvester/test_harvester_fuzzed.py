"""CNI configs, Settings and annotations: decoded, or Undecodable, or as good as absent."""

from __future__ import annotations

import json
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from harvester_net.cluster.resources import CLUSTER_NETWORK, NAD, SETTING
from harvester_net.harvester import cni, gojson, setting_progress, settings
from harvester_net.harvester.mtus import mtu_of, nad_mtu
from harvester_net.harvester.names import (
    MATCHED_NODES,
    MIGRATION_SETTING,
    RWX_SETTING,
    STORAGE_PREFIX,
    STORAGE_SETTING,
    UPLINK_MTU,
)
from harvester_net.harvester.names import ROUTE as ROUTE_NOTE
from harvester_net.harvester.network_configs import matched_nodes
from harvester_net.harvester.snapshot import Snapshot
from harvester_net.harvester.vm_networks import vm_networks_of
from harvester_net.kinds.codecs import network_setting, vm_network
from harvester_net.rules import routes

from ... import objects
from ..fuzzed import Value, changed, fuzzed, texts

CONFIG = objects.cni("web", vlan=100) | {"vlanTrunk": [{"minID": 2, "maxID": 9}, {"id": 7}]}
NETWORK = {
    "clusterNetwork": "data",
    "vlan": 100,
    "range": "10.1.0.0/24",
    "exclude": ["10.1.0.0/28"],
    "exclusiveVlan": True,
}
RWX = {"share-storage-network": False, "network": NETWORK}
ROUTE = {"mode": "manual", "cidr": "10.1.0.0/24", "gateway": "10.1.0.1", "outdated": False}
NAMES = st.sampled_from([STORAGE_SETTING, RWX_SETTING, MIGRATION_SETTING])


@fuzzed
@given(texts(CONFIG))
def test_cni_config_is_decoded_or_undecodable(text: str) -> None:
    nad = objects.nad(config=text)
    with suppress(gojson.Undecodable):
        conf = cni.net_conf(nad)
        cni.mtu_keys(nad)
        list(cni.vlan_problems(conf))
        list(cni.vlans_of(conf))
    assert all(2 <= vlan <= 4094 for vlan in cni.tagged_vlans(nad))
    assert type(nad_mtu(nad)) is int
    vm_networks_of(Snapshot({NAD: {"default/vm100": nad}}), "other")
    vm_network.observed_vlans(cni.readable_conf(nad))
    assert isinstance(cni.foreign(nad), str | None)


@fuzzed
@given(texts(NETWORK, RWX), st.text() | texts(NETWORK, RWX), NAMES)
def test_setting_is_decoded_or_undecodable(value: str, default: str, name: str) -> None:
    setting = objects.setting(name, value) | {"default": default}
    snapshot = Snapshot({SETTING: {name: setting}}, (1, 9))
    with suppress(gojson.Undecodable):
        network = settings.network_set(name, snapshot, setting)
        _ = network and network.intervals
    with suppress(gojson.Undecodable):
        settings.shares_storage(snapshot)
    for asked in settings.networks_asked_for(name, setting, snapshot).networks:
        _ = asked.intervals
    assert isinstance(snapshot.setting_value(name), dict)
    assert setting_progress.storage_progress(setting).words is not None
    network_setting.STORAGE_CODEC.properties_of(value)
    network_setting.RWX_CODEC.properties_of(value)


@fuzzed
@given(texts(CONFIG, RWX))
def test_text_is_decoded_or_undecodable_by_any_shape(text: str) -> None:
    for shape in (cni.NET_CONF, cni.ROUTE, settings.NETWORK_1_9, settings.RWX_VALUE_STRICT):
        for decode in (gojson.decode, gojson.decode_first):
            with suppress(gojson.Undecodable):
                decode(text, shape)


@fuzzed
@given(texts(["node1", "node2"], ROUTE), st.dictionaries(st.text(max_size=5), st.text()))
def test_annotations_are_read_or_as_good_as_absent(text: str, others: dict[str, str]) -> None:
    notes = {MATCHED_NODES: text, UPLINK_MTU: text, ROUTE_NOTE: text} | others
    config = objects.config("nc-1", annotations=notes)
    assert all(node.isprintable() for node in matched_nodes(config))
    network = objects.cluster_network("data", 1500)
    network["metadata"]["annotations"] = notes
    networks = {CLUSTER_NETWORK: {"data": network}}
    assert type(mtu_of("data", Snapshot(networks, (1, 8)))) is int
    list(routes.problems(text))
    nad = objects.nad()
    nad["metadata"]["annotations"] = notes
    vm_network.VmNetworkCodec().observed_inputs(nad)


@fuzzed
@given(changed({STORAGE_PREFIX + "hash": "x", STORAGE_PREFIX + "old-net-attach-def": "a/b"}))
def test_annotations_of_a_setting_tell_how_far_it_is(notes: Value) -> None:
    pairs = notes.items() if isinstance(notes, dict) else ()
    kept = {str(key): str(value) for key, value in pairs}
    setting = objects.setting(STORAGE_SETTING, json.dumps(NETWORK))
    setting["metadata"]["annotations"] = kept
    assert setting_progress.storage_progress(setting).words.isprintable()
