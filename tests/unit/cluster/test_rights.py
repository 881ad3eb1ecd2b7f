"""Rights as values: what rules cover, which rules give them, and how they are said."""

from __future__ import annotations

import pytest

from harvester_net.cluster.resources import (
    CONFIG_MAP,
    POD,
    SETTING,
    VLAN_CONFIG,
    VM,
    VM_ACTIONS,
    VMI,
    Object,
)
from harvester_net.cluster.rights import Right, is_covered, rights, rules_of, words

PATCH = Right("patch", VM, "prod")
START = Right("update", VM_ACTIONS, "prod", subresource="start")
JOURNAL = Right("delete", CONFIG_MAP, "harvester-system", "journal")
RULE: Object = {
    "apiGroups": ["kubevirt.io"],
    "resources": ["virtualmachines"],
    "verbs": ["patch"],
}
CONFIG_MAPS: Object = {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["delete"]}
ACTIONS: Object = {
    "apiGroups": ["subresources.kubevirt.io"],
    "resources": ["virtualmachines/start"],
    "verbs": ["update"],
}


@pytest.mark.parametrize(
    ("right", "rule", "covered"),
    [
        (PATCH, RULE, True),
        (PATCH, RULE | {"verbs": ["*"]}, True),
        (PATCH, RULE | {"apiGroups": ["*"]}, True),
        (PATCH, RULE | {"resources": ["*"]}, True),
        (PATCH, RULE | {"verbs": ["get", "list"]}, False),
        (PATCH, RULE | {"apiGroups": [""]}, False),
        (PATCH, RULE | {"resources": ["virtualmachineinstances"]}, False),
        (PATCH, RULE | {"resources": ["virtualmachines/status"]}, False),
        (PATCH, RULE | {"resourceNames": ["one"]}, False),
        (PATCH, RULE | {"resourceNames": []}, True),
        (JOURNAL, CONFIG_MAPS, True),
        (JOURNAL, CONFIG_MAPS | {"resourceNames": ["journal"]}, True),
        (JOURNAL, CONFIG_MAPS | {"resourceNames": ["another"]}, False),
        (START, ACTIONS, True),
        (START, ACTIONS | {"resources": ["virtualmachines"]}, False),
        (START, ACTIONS | {"resources": ["*"]}, True),
        # What the server's answer may look like, and what it should not.
        (PATCH, {}, False),
        (PATCH, RULE | {"verbs": "*"}, False),
        (PATCH, RULE | {"verbs": None}, False),
        (JOURNAL, CONFIG_MAPS | {"resourceNames": "journal"}, False),
        (JOURNAL, CONFIG_MAPS | {"resourceNames": 1}, False),
    ],
)
def test_rule_covers_what_it_names(right: Right, rule: Object, covered: bool) -> None:
    assert is_covered(right, [rule]) is covered
    assert is_covered(right, [{"verbs": []}, rule]) is covered


def test_rules_give_just_these_rights() -> None:
    given = [
        *rights("watch list", VLAN_CONFIG, SETTING),
        *rights("patch get", SETTING, name="storage-network"),
        *rights("delete create", VLAN_CONFIG),
        *rights("list watch", VM, VMI),
        START,
    ]
    assert rules_of(given) == [
        {
            "apiGroups": ["harvesterhci.io"],
            "resources": ["settings"],
            "verbs": ["list", "watch"],
        },
        {
            "apiGroups": ["harvesterhci.io"],
            "resources": ["settings"],
            "resourceNames": ["storage-network"],
            "verbs": ["get", "patch"],
        },
        {
            "apiGroups": ["kubevirt.io"],
            "resources": ["virtualmachineinstances", "virtualmachines"],
            "verbs": ["list", "watch"],
        },
        {
            "apiGroups": ["network.harvesterhci.io"],
            "resources": ["vlanconfigs"],
            "verbs": ["list", "watch", "create", "delete"],
        },
        {
            "apiGroups": ["subresources.kubevirt.io"],
            "resources": ["virtualmachines/start"],
            "verbs": ["update"],
        },
    ]
    assert all(is_covered(right, rules_of(given)) for right in given)


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ([PATCH], "patch virtualmachines.kubevirt.io in namespace prod"),
        (
            [PATCH, Right("patch", VM, "b"), Right("patch", VM, "a")],
            "patch virtualmachines.kubevirt.io in namespaces a and b and prod",
        ),
        (
            [START],
            "update virtualmachines.subresources.kubevirt.io/start in namespace prod",
        ),
        ([JOURNAL], "delete configmaps journal in namespace harvester-system"),
        (
            [Right("watch", VMI), Right("create", POD, "x")],
            "create pods in namespace x, watch virtualmachineinstances.kubevirt.io",
        ),
        (
            [Right("watch", VMI), Right("watch", VMI)],
            "watch virtualmachineinstances.kubevirt.io",
        ),
        ([], ""),
    ],
)
def test_rights_are_said_as_kubectl_names_them(missing: list[Right], said: str) -> None:
    assert words(missing) == said


def test_right_is_within_a_namespace_where_its_objects_are_in_one() -> None:
    assert Right("patch", VM).within("prod") == PATCH
    assert PATCH.within("test") == PATCH
    assert Right("delete", VLAN_CONFIG).within("prod") == Right("delete", VLAN_CONFIG)


def test_review_asks_for_all_that_is_said() -> None:
    assert START.review == {
        "verb": "update",
        "group": "subresources.kubevirt.io",
        "resource": "virtualmachines",
        "subresource": "start",
        "namespace": "prod",
    }
    assert JOURNAL.review == {
        "verb": "delete",
        "resource": "configmaps",
        "namespace": "harvester-system",
        "name": "journal",
    }
