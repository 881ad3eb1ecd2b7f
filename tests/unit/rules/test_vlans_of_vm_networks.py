"""What stands against the VLANs of a VM network (H1.6, H3.4)."""

from __future__ import annotations

import pytest

from ... import objects
from .cases import (
    V1_5,
    V1_6,
    V1_7,
    V1_8,
    V1_9,
    Case,
    cluster,
    create,
    said,
    says,
    silent,
    update,
)
from .nets import DATA, RESERVED, STORAGE, VLANS, VM100, net, trunk

ONE, APART = "vlan-1-is-untagged", "untagged-traffic-is-apart"
NATIVE = net("native", vlan=0)
TO_1_6_0 = objects.setting("server-version", "v1.6.0")

CASES = [
    says(
        VLANS,
        "4095",
        create(net(vlan=4095)),
        cluster(DATA),
        "vlan: 4095 is not a VLAN ID; use 1 to 4094",
    ),
    silent(VLANS, "4094", create(net(vlan=4094)), cluster(DATA)),
    says(
        VLANS,
        "VLAN and trunk",
        create(net(vlanTrunk=[{"id": 1}])),
        cluster(DATA),
        "vlan: cannot stand together with vlanTrunk; give one of them",
    ),
    says(
        VLANS,
        "every wrong item is named",
        create(
            trunk(
                {"id": 1},
                {"id": 4095},
                {"minID": 5},
                {"minID": 7, "maxID": 6},
                {},
                {"minID": 0, "maxID": 6},
            )
        ),
        cluster(DATA),
        "vlanTrunk[1]: 4095 is not a VLAN ID; use 1 to 4094",
        "vlanTrunk[2]: needs minID and maxID together",
        "vlanTrunk[3]: is reversed: minID 7 is greater than maxID 6",
        "vlanTrunk[4]: is empty; give id, or minID and maxID",
        "vlanTrunk[5]: 0 is not a VLAN ID; use 1 to 4094",
    ),
    silent(VLANS, "one range of one", create(trunk({"minID": 6, "maxID": 6})), cluster(DATA)),
    silent(VLANS, "it does not change", update(net(vlan=5000), net(vlan=5000)), cluster(DATA)),
    says(
        "trunks-are-known",
        "1.6 would carry untagged traffic",
        create(trunk({"id": 1})),
        cluster(DATA, version=V1_6),
        "vlanTrunk: needs Harvester 1.7; this one would carry untagged traffic only",
    ),
    silent("trunks-are-known", "1.7", create(trunk({"id": 1})), cluster(DATA, version=V1_7)),
    silent("trunks-are-known", "no trunk", create(VM100), cluster(DATA, version=V1_6)),
    says(
        "vlan-is-not-the-storage-networks-own",
        "in a trunk",
        create(trunk({"minID": 200, "maxID": 300})),
        cluster(DATA, RESERVED, version=V1_9),
        "vlan: VLAN 300 belongs to the storage network alone (exclusiveVlan)",
    ),
    silent(
        "vlan-is-not-the-storage-networks-own",
        "beside it",
        create(trunk({"minID": 200, "maxID": 299})),
        cluster(DATA, RESERVED, version=V1_9),
    ),
    silent(
        "vlan-is-not-the-storage-networks-own",
        "before 1.9 there is no such thing",
        create(net(vlan=300)),
        cluster(DATA, RESERVED, version=V1_8),
    ),
    says(
        "vlan-is-used-once",
        "by two of them",
        create(net("mine")),
        cluster(DATA, VM100, net("other")),
        "vlan: VLAN 100 of cluster network data is used by default/other, default/vm100 too; "
        "VMs on both are in one network",
    ),
    says(
        "vlan-is-used-once",
        "by the storage network",
        create(net(vlan=300)),
        cluster(DATA, STORAGE),
        "vlan: VLAN 300 of cluster network data is used by the storage network "
        "(harvester-system/storagenetwork-abcde) too; VMs on both are in one network",
    ),
    silent("vlan-is-used-once", "itself", create(VM100), cluster(DATA, VM100)),
    silent("vlan-is-used-once", "another", create(net("x", vlan=101)), cluster(DATA, VM100)),
    silent(
        "vlan-is-used-once",
        "on another cluster network",
        create(net("mine", bridge="other-br")),
        cluster(DATA, VM100),
    ),
    silent(
        "vlan-is-used-once",
        "leaving",
        create(net("mine")),
        cluster(DATA, objects.going(VM100)),
    ),
    silent(
        "vlan-is-used-once",
        "untagged",
        create(net("mine", vlan=0)),
        cluster(DATA, net(vlan=0)),
    ),
    says(
        ONE,
        "VLAN 1",
        create(net(vlan=1)),
        cluster(DATA),
        "vlan: VLAN 1 leaves the uplink without a tag, and a switch port that takes tagged "
        "frames alone drops it; use another VLAN, or type: UntaggedNetwork if untagged "
        "traffic is meant",
    ),
    silent(ONE, "VLAN 2", create(net(vlan=2)), cluster(DATA)),
    silent(ONE, "untagged", create(net(vlan=0)), cluster(DATA)),
    silent(ONE, "in a trunk", create(trunk({"id": 1})), cluster(DATA)),
    silent(ONE, "it does not change", update(net(vlan=1), net(vlan=1)), cluster(DATA)),
    says(
        APART,
        "untagged beside VLANs",
        create(NATIVE),
        cluster(DATA, VM100, STORAGE, TO_1_6_0, version=V1_6),
        "type: VMs on default/vm100, the storage network "
        "(harvester-system/storagenetwork-abcde) hear its traffic too: Harvester keeps "
        "untagged traffic apart from 1.6.1 on; until then give it a cluster network of its "
        "own",
    ),
    says(
        APART,
        "VLAN 1 beside VLANs",
        create(net("native", vlan=1)),
        cluster(DATA, VM100, TO_1_6_0, version=V1_6),
        "vlan: VMs on default/vm100 hear its traffic too: Harvester keeps untagged traffic "
        "apart from 1.6.1 on; until then give it a cluster network of its own",
    ),
    says(
        APART,
        "a VLAN beside untagged, on 1.5",
        create(VM100),
        cluster(DATA, NATIVE, version=V1_5),
        "vlan: its VMs hear the untagged traffic of default/native too: Harvester keeps "
        "untagged traffic apart from 1.6.1 on; until then give it a cluster network of its "
        "own",
    ),
    silent(
        APART,
        "from 1.6.1 on it is",
        create(NATIVE),
        cluster(DATA, VM100, objects.setting("server-version", "v1.6.1"), version=V1_6),
    ),
    silent(APART, "1.7", create(NATIVE), cluster(DATA, VM100, version=V1_7)),
    silent(
        APART,
        "VLANs alone",
        create(VM100),
        cluster(DATA, net("x", vlan=101), TO_1_6_0, version=V1_6),
    ),
    silent(
        APART,
        "untagged alone",
        create(NATIVE),
        cluster(DATA, net("x", vlan=1), TO_1_6_0, version=V1_6),
    ),
    silent(
        APART,
        "on another cluster network",
        create(net("native", vlan=0, bridge="other-br")),
        cluster(DATA, VM100, TO_1_6_0, version=V1_6),
    ),
    silent(
        APART,
        "leaving",
        create(NATIVE),
        cluster(DATA, objects.going(VM100), TO_1_6_0, version=V1_6),
    ),
    silent(
        APART,
        "it does not change",
        update(NATIVE, NATIVE),
        cluster(DATA, VM100, TO_1_6_0, version=V1_6),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_vlans_of_a_vm_network(case: Case) -> None:
    assert said(case) == case.says
