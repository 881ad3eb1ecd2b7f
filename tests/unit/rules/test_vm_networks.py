"""What stands against making or changing a VM network (H3.3, H3.4)."""

from __future__ import annotations

import json

import pytest

from ... import objects
from .cases import LABEL, V1_5, V1_7, V1_8, Case, cluster, create, said, says, silent, update
from .nets import (
    BRIDGE,
    DATA,
    LABELLED,
    ON_MGMT,
    PROVIDER,
    STORAGE,
    THERE,
    USER,
    VM100,
    net,
    overlay,
    raw,
)

NO_KUBE_OVN = (
    "kube-ovn is not enabled on this cluster; enable the add-on kubeovn-operator first"
)
CASES = [
    says(
        "config-is-cni-json",
        "a text where a number belongs",
        create(net(vlan="100")),
        cluster(DATA),
        'the CNI config vlan: "100" is not a whole number that fits here',
    ),
    says(
        "config-is-cni-json",
        "the object before counts too",
        update(raw("[]"), VM100),
        cluster(DATA),
        "the CNI config a list is not an object",
    ),
    silent("config-is-cni-json", "no text at all", create(raw("")), cluster(DATA)),
    silent(
        "config-is-cni-json",
        "on its way out",
        update(VM100, objects.going(raw("["))),
        cluster(),
    ),
    says(
        BRIDGE,
        "none of ours",
        create(net(bridge="br0")),
        cluster(DATA),
        "clusterNetwork: 'br0' is not the bridge of a cluster network",
    ),
    says(
        BRIDGE,
        "16 characters",
        create(net(bridge="thirteenchars-br")),
        cluster(DATA),
        "clusterNetwork: 'thirteenchars-br' is not the bridge of a cluster network",
    ),
    silent(BRIDGE, "15 characters", create(net(bridge="twelve-chars-br")), cluster(DATA)),
    says(
        THERE,
        "none of this name",
        create(net(bridge="dta-br")),
        cluster(DATA),
        "clusterNetwork: there is no cluster network 'dta'; the cluster has data",
    ),
    silent(THERE, "it is there", create(VM100), cluster(DATA)),
    says(
        LABELLED,
        "another one",
        create(net(labels={LABEL: "other"})),
        cluster(DATA),
        f"clusterNetwork: the label {LABEL} must be data, not other",
    ),
    silent(LABELLED, "an empty one", create(net(labels={LABEL: ""})), cluster(DATA)),
    silent(
        LABELLED,
        "before 1.6 nobody looked",
        create(net(labels={LABEL: "other"})),
        cluster(DATA, version=V1_5),
    ),
    says(
        "type-of-config-stays",
        "another one",
        update(VM100, overlay()),
        cluster(DATA),
        "type: cannot change from 'bridge' to 'kube-ovn'",
    ),
    says(
        "type-of-config-stays",
        "one that Harvester does not know",
        update(net(type="macvlan"), net(type="macvlan", vlan=1)),
        cluster(DATA),
        "type: Harvester knows no network of CNI type 'macvlan'",
    ),
    silent("type-of-config-stays", "the same", update(VM100, net(vlan=1)), cluster(DATA)),
    silent(
        "type-of-config-stays",
        "before 1.6 nobody looked",
        update(VM100, overlay()),
        cluster(DATA, version=V1_5),
    ),
    says(
        "bridge-stays",
        "another cluster network",
        update(VM100, net(bridge="other-br")),
        cluster(DATA),
        "clusterNetwork: cannot change from data-br to other-br",
    ),
    silent("bridge-stays", "another VLAN", update(VM100, net(vlan=1)), cluster(DATA)),
    silent(
        "bridge-stays",
        "before 1.6 it could",
        update(VM100, net(bridge="other-br")),
        cluster(DATA, version=V1_5),
    ),
    says(
        "vms-of-a-changed-network-are-stopped",
        "another VLAN",
        update(VM100, net(vlan=1)),
        cluster(DATA, VM100, USER, objects.vmi("vm2", "vm100", node="", phase="")),
        "vlan: cannot change while VMs use it; stop default/vm1, default/vm2",
    ),
    silent(
        "vms-of-a-changed-network-are-stopped",
        "another order of the same",
        update(VM100, raw(json.dumps(dict(reversed(objects.cni(vlan=100).items()))))),
        cluster(DATA, VM100, USER),
    ),
    silent(
        "vms-of-a-changed-network-are-stopped",
        "a stopped VM",
        update(VM100, net(vlan=1)),
        cluster(DATA, VM100, objects.vm("vm1", "vm100")),
    ),
    says(
        "system-network-does-not-change",
        "that of the storage network",
        update(STORAGE, STORAGE | {"spec": VM100["spec"]}),
        cluster(DATA, STORAGE),
        "name: belongs to a setting of Harvester and changes only with it",
    ),
    silent(
        "system-network-does-not-change",
        "a label of it",
        update(STORAGE, STORAGE),
        cluster(DATA, STORAGE),
    ),
    says(
        PROVIDER,
        "that of another network",
        create(overlay("other.default.ovn")),
        cluster(kube_ovn=True),
        "type: 'other.default.ovn' is not the provider of this network",
    ),
    says(
        PROVIDER,
        "too short",
        create(overlay("vm100.default")),
        cluster(kube_ovn=True),
        "type: 'vm100.default' is not the provider of this network",
    ),
    silent(PROVIDER, "its own", create(overlay()), cluster(kube_ovn=True)),
    says(
        "overlay-needs-kube-ovn",
        "it is not there",
        create(overlay()),
        cluster(),
        f"type: {NO_KUBE_OVN}",
    ),
    says(
        "overlay-waits-for-kube-ovn",
        "it is not there",
        create(overlay()),
        cluster(version=V1_7),
        f"type: {NO_KUBE_OVN}",
    ),
    silent(
        "overlay-waits-for-kube-ovn",
        "it is",
        create(overlay()),
        cluster(kube_ovn=True, version=V1_7),
    ),
    says(
        "overlays-are-known",
        "1.5",
        create(overlay()),
        cluster(version=V1_5),
        "type: needs Harvester 1.6; this one knows no overlay networks",
    ),
    silent("overlays-are-known", "a bridge", create(VM100), cluster(DATA, version=V1_5)),
    silent("overlay-needs-kube-ovn", "it is", create(overlay()), cluster(kube_ovn=True)),
    silent("overlay-needs-kube-ovn", "a bridge needs none", create(VM100), cluster(DATA)),
    says(
        ON_MGMT,
        "another one, before 1.8",
        create(overlay(labels={LABEL: "data"})),
        cluster(kube_ovn=True, version=V1_7),
        "clusterNetwork: an overlay network is on mgmt, not on data",
    ),
    silent(ON_MGMT, "mgmt", create(overlay()), cluster(kube_ovn=True, version=V1_7)),
    silent(
        ON_MGMT,
        "from 1.8 on it may",
        create(overlay(labels={LABEL: "data"})),
        cluster(kube_ovn=True, version=V1_8),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_vm_network(case: Case) -> None:
    assert said(case) == case.says
