"""The lives of the three network settings: storage, RWX and VM migration."""

from __future__ import annotations

from harvester_net.lab.faults import VolumeStaysAttached
from tests import objects

from ..acts import Create, Several, Suffer
from ..scenario import Scenario, Step
from .words import (
    CONFIG_MADE,
    NETWORK_MADE,
    STORAGE_ON,
    change_mtu,
    configured,
    migration,
    rwx,
    storage,
    volume,
)

_UP = (NETWORK_MADE, CONFIG_MADE)
_WIDER = STORAGE_ON | {"range": "192.168.0.0/22"}
_OTHER_VLAN = _WIDER | {"vlan": 301}
_EXCLUDING = STORAGE_ON | {"exclude": ["192.168.0.0/28", "192.168.0.128/25"]}

STORAGE_NETWORK = Scenario(
    "storage network",
    (
        *_UP,
        Step("set", storage(STORAGE_ON), configured(STORAGE_ON)),
        Step("set to the same", storage(STORAGE_ON)),
        Step("another range", storage(_WIDER), configured(_WIDER)),
        Step("another VLAN", storage(_OTHER_VLAN), configured(_OTHER_VLAN)),
        Step("IPs excluded", storage(_EXCLUDING), configured(_EXCLUDING)),
        Step("cleared", storage(""), configured("")),
        Step("cleared again", storage("")),
        Step("set once more", storage(STORAGE_ON), configured(STORAGE_ON)),
        Step("cleared once more", storage(""), configured("")),
        Step("the uplink is free again", change_mtu(9000)),
        Step("set with an MTU of 9000", storage(STORAGE_ON), configured(STORAGE_ON)),
    ),
)

_ON_MGMT = STORAGE_ON | {"clusterNetwork": "mgmt"}
STORAGE_ON_MGMT = Scenario(
    "storage network on mgmt",
    (
        Step("set", storage(_ON_MGMT), configured(_ON_MGMT)),
        Step("cleared", storage(""), configured("")),
    ),
)

_RWX_OWN = {
    "share-storage-network": False,
    "network": {"clusterNetwork": "data", "vlan": 400, "range": "192.168.8.0/24"},
}
_RWX_OTHER = _RWX_OWN | {
    "network": {"clusterNetwork": "data", "vlan": 401, "range": "192.168.9.0/24"}
}
_SHARED = {"share-storage-network": True}
_NOT_SHARED = {"share-storage-network": False}
RWX_NETWORK = Scenario(
    "RWX network",
    (
        *_UP,
        Step("its own", rwx(_RWX_OWN)),
        Step("the same again", rwx(_RWX_OWN)),
        Step("another VLAN and range", rwx(_RWX_OTHER)),
        Step("cleared", rwx(_NOT_SHARED)),
        Step("its own again", rwx(_RWX_OWN)),
        Step("value left empty", rwx("")),
    ),
)

SHARED_NETWORK = Scenario(
    "RWX network shared",
    (
        *_UP,
        Step("storage network set", storage(STORAGE_ON), configured(STORAGE_ON)),
        Step("shared", rwx(_SHARED)),
        Step("storage network cleared while shared", storage("")),
        Step("storage network changed while shared", storage(_WIDER), configured(_WIDER)),
        Step("not shared any more", rwx(_NOT_SHARED)),
        Step("storage network cleared", storage(""), configured("")),
    ),
)

_MIGRATION_ON = {"clusterNetwork": "data", "vlan": 500, "range": "192.168.16.0/24"}
MIGRATION_NETWORK = Scenario(
    "VM migration network",
    (
        *_UP,
        Step("set", migration(_MIGRATION_ON)),
        Step("the same again", migration(_MIGRATION_ON)),
        Step("another VLAN", migration(_MIGRATION_ON | {"vlan": 501})),
        Step("cleared", migration("")),
        Step("cleared again", migration("")),
        Step("set once more", migration(_MIGRATION_ON)),
    ),
)

ALL_THREE = Scenario(
    "all three networks",
    (
        *_UP,
        Step("storage network set", storage(STORAGE_ON), configured(STORAGE_ON)),
        Step("RWX network set", rwx(_RWX_OWN)),
        Step("VM migration network set", migration(_MIGRATION_ON)),
        Step("MTU changed in spite of them", change_mtu(9000)),
        Step(
            "two of them cleared at once",
            Several((migration(""), rwx(_NOT_SHARED))),
        ),
        Step("storage network cleared", storage(""), configured("")),
    ),
)

RESET_IN_PROGRESS = Scenario(
    "storage network reset in progress",
    (
        *_UP,
        Step("a volume is made", Create(objects.volume("vol1", size="1073741824"))),
        Step("it is attached", Suffer((VolumeStaysAttached("vol1"),)), volume("attached")),
        Step("set meanwhile", storage(STORAGE_ON)),
        Step("the volume is free", Suffer(), volume("detached")),
        Step("set", storage(STORAGE_ON), configured(STORAGE_ON)),
    ),
)

SETTINGS = (
    STORAGE_NETWORK,
    STORAGE_ON_MGMT,
    RWX_NETWORK,
    SHARED_NETWORK,
    MIGRATION_NETWORK,
    ALL_THREE,
    RESET_IN_PROGRESS,
)
