"""A cluster that others made is adopted: imported as a whole, and the preview is empty.

One cluster, or ten generated ones more with HARVESTER_NET_EVERY_SCENARIO=1.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from harvester_net.cli.main import app
from harvester_net.cluster.resources import Object
from harvester_net.harvester.setting_progress import storage_progress
from harvester_net.lab.api import ApiError
from lab import Lab
from tests import objects
from tests.tiers import takes_minutes

from .generated_sites import generated, storage_of
from .programs import CLUSTER_NETWORKS, CONFIGS, NADS, NODES, SETTING, leftovers
from .stack import Stack
from .test_yaml import YamlStack
from .waiting import eventually

GENERATED = 10
ROUTE = "network.harvesterhci.io/route"
AUTO = '{"mode":"auto","serverIPAddr":"","cidr":"","gateway":""}'
STORAGE = '{"clusterNetwork":"cn-data","vlan":300,"range":"192.168.0.0/24"}'
FLEET = {"objectset.rio.cattle.io/id": "networks"}
TERRAFORM = {
    "field.cattle.io/description": "of the platform team",
    ROUTE: '{"mode":"manual","serverIPAddr":"","cidr":"10.6.0.0/24","gateway":"10.6.0.1"}',
}
KUBECTL = {"kubectl.kubernetes.io/last-applied-configuration": '{"kind":"..."}\n'}
STATE = {
    "version": 4,
    "terraform_version": "1.9.8",
    "resources": [
        {
            "mode": "managed",
            "type": "harvester_network",
            "name": "vlan",
            "instances": [
                {
                    "index_key": "6",
                    "attributes": {
                        "id": "default/of-terraform",
                        "name": "of-terraform",
                        "namespace": "default",
                    },
                }
            ],
        }
    ],
}
"""As `terraform state pull` writes it."""


def config(name: str, node: str) -> Object:
    """As Harvester's pages write one."""
    uplink = {
        "nics": ["eno2", "eno3"],
        "bondOptions": {"mode": "802.3ad", "miimon": -1},
        "linkAttributes": {"mtu": 9000, "txQLen": -1},
    }
    selector = {"nodeSelector": {"kubernetes.io/hostname": node}}
    return objects.new_config(name, "cn-data", uplink=uplink, spec=selector)


def network(name: str, annotations: dict[str, str] | None = None, **conf: object) -> Object:
    """On the cluster network of the test."""
    cni = objects.cni(name, "cn-data-br", mtu=9000, **conf)
    notes = annotations or {}
    return objects.nad(name, config=cni, cluster_network="cn-data", annotations=notes)


NETWORKS = [
    *(network(f"vlan{vlan}", {ROUTE: AUTO}, vlan=vlan) for vlan in (100, 101, 102)),
    network("flat", {ROUTE: AUTO}),
    network("trunk", vlanTrunk=[{"minID": 200, "maxID": 299}, {"id": 400}]),
    network("of-fleet", FLEET, vlan=7),
    network("of-terraform", TERRAFORM, vlan=6),
    network("of-kubectl", KUBECTL, vlan=8),
]
FOREIGN = network("other", type="macvlan", vlan=8)


def _takes_storage(lab: Lab, value: str = STORAGE) -> bool:
    """Whether every node has set up its uplink, so that the Setting can be written."""
    try:
        lab.client.merge_patch(SETTING, {"value": value})
    except ApiError:
        return False
    return True


@pytest.fixture
def living(lab: Lab) -> Iterator[Lab]:
    """A cluster with networks of Harvester's pages, of Fleet, and of nobody's."""
    lab.client.create(CLUSTER_NETWORKS, objects.cluster_network("cn-data"))
    for node, name in NODES.items():
        lab.client.create(CONFIGS, config(name, node))
    for nad in (*NETWORKS, FOREIGN):
        lab.client.create(NADS, nad)
    eventually(lambda: _takes_storage(lab))
    eventually(lambda: storage_progress(lab.client.get(SETTING)).done)
    yield lab
    if lab.client.list(CLUSTER_NETWORKS)["items"][1:]:
        lab.reset()


def adopted(stack: Stack, project: Path, language: str, *more: str) -> str:
    """Adopt the cluster as the stack's user, and put the program into the stack; returns what
    was said.
    """
    given = (f"--output={project}", f"--kubeconfig={stack.environ['KUBECONFIG']}", *more)
    ran = CliRunner().invoke(app, ["adopt", f"--language={language}", *given])
    assert ran.exit_code == 0, ran.output
    for path in project.iterdir():
        shutil.copy(path, stack.directory)
    head = stack.project(language).partition("plugins:")
    text = (project / "Pulumi.yaml").read_text()
    text = text.replace(".venv/bin", str(stack.programs))
    own = text.partition("plugins:")
    (stack.directory / "Pulumi.yaml").write_text(head[0] + own[1] + own[2])
    options = ("--yes", "--generate-code=false", "--protect=false")
    stack.run("import", "--file", "import.json", *options).succeeded()
    return ran.output


def test_a_living_cluster_is_adopted(living: Lab, tmp_path: Path) -> None:
    stack = Stack(tmp_path / "stack", living)
    state = tmp_path / "terraform.tfstate.json"
    state.write_text(json.dumps(STATE))
    said = adopted(stack, tmp_path / "python", "python", f"--terraform-state={state}")
    assert "  terraform state rm 'harvester_network.vlan[\"6\"]'\n" in said
    program = (tmp_path / "python" / "__main__.py").read_text()
    assert "# Fleet (bundle networks) keeps it as a repository has it" in program
    assert "default/other is a network of CNI type 'macvlan'" in said
    assert len(stack.state()) == 2 + len(NODES) + len(NETWORKS) + 1
    assert "[diff" not in stack.preview("--expect-no-changes").succeeded().output

    in_yaml = YamlStack(tmp_path / "yaml-stack", living)
    adopted(in_yaml, tmp_path / "yaml", "yaml")
    assert "[diff" not in in_yaml.preview("--expect-no-changes").succeeded().output

    living.client.delete(f"{NADS}/other")
    stack.destroy().succeeded()
    assert leftovers(living) == []


@pytest.fixture
def generated_site(lab: Lab, number: int) -> Iterator[Lab]:
    """A cluster with the networks of a generated site."""
    for path, obj in generated(number):
        lab.client.create(path, obj)
    if value := storage_of(number):
        eventually(lambda: _takes_storage(lab, value))
        eventually(lambda: storage_progress(lab.client.get(SETTING)).done)
    yield lab
    if leftovers(lab):
        lab.reset()


@takes_minutes
@pytest.mark.parametrize("number", range(GENERATED))
def test_a_generated_site_is_adopted(generated_site: Lab, number: int, tmp_path: Path) -> None:
    resources = len(generated(number)) + bool(storage_of(number))
    stack = Stack(tmp_path / "stack", generated_site)
    said = adopted(stack, tmp_path / "python", "python")
    # Of a storage network the Setting is what is managed.
    assert said.count("left out: ") == bool(storage_of(number))
    assert len(stack.state()) == 1 + resources
    assert "[diff" not in stack.preview("--expect-no-changes").succeeded().output

    in_yaml = YamlStack(tmp_path / "yaml-stack", generated_site)
    adopted(in_yaml, tmp_path / "yaml", "yaml")
    assert len(in_yaml.state()) == 1 + resources
    assert "[diff" not in in_yaml.preview("--expect-no-changes").succeeded().output
    stack.destroy().succeeded()
    assert leftovers(generated_site) == []
