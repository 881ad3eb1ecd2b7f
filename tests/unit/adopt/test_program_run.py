"""Of any cluster, the program declares exactly what an import of it reads."""

from __future__ import annotations

import json
import re
from typing import Any

import yaml
from hypothesis import HealthCheck, Phase, given, settings

from harvester_net.adopt.outline import outline
from harvester_net.adopt.program import Loop, Network, Program, Resource, Share, Shared, Single
from harvester_net.adopt.project import IMPORTS, Language, files, imports
from harvester_net.adopt.python import python
from harvester_net.adopt.site import STORAGE_NETWORK, Site
from harvester_net.cluster.resources import CLUSTER_NETWORK, NAD, key_of
from tests.differential.clusters import Cluster, clusters
from tests.differential.kinds import MADE
from tests.imports import by_kind

from ...sites import Size
from ...sites import site as whole_site
from ..fuzzed import EXAMPLES, fuzzed
from .sites import Declared, differing, expected, read, run_python

CLUSTERS = max(100, EXAMPLES // 10)
each_cluster = settings(
    fuzzed,
    max_examples=CLUSTERS,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)


def of(cluster: Cluster) -> Site:
    made = [obj | {"metadata": {"uid": "uid"} | obj["metadata"]} for obj in cluster.objects]
    return read(by_kind(made, MADE))


@each_cluster
@given(clusters())
def test_a_python_program_declares_what_was_read(cluster: Cluster) -> None:
    site = of(cluster)
    assert differing(expected(site), run_python(python(outline(site)))) == []


@each_cluster
@given(clusters())
def test_a_yaml_program_declares_what_was_read(cluster: Cluster) -> None:
    site = of(cluster)
    text = files(site, Language.YAML)["Pulumi.yaml"]
    assert differing(expected(site), run_yaml(text)) == []


@each_cluster
@given(clusters())
def test_no_loop_loses_anything(cluster: Cluster) -> None:
    site = of(cluster)
    assert differing(expected(site), unrolled(outline(site))) == []


def test_a_large_site_is_adopted() -> None:
    objects = whole_site(Size(nodes=60, vms=0, networks=500, rack=10))
    site = read({kind: {key_of(o): o for o in items} for kind, items in objects.items()})
    assert len(site.of("VmNetwork")) == 500
    text = python(outline(site))
    assert differing(expected(site), run_python(text)) == []
    # A row for each, not a resource.
    assert len(text.splitlines()) < 650


def test_the_import_file_names_everything_once() -> None:
    objects = whole_site(Size(nodes=3, vms=0, networks=5))
    site = read({kind: {key_of(o): o for o in items} for kind, items in objects.items()})
    listed = json.loads(imports(site, Language.PYTHON))["resources"]
    kinds = [each["type"].rpartition(":")[2] for each in listed]
    names = {(kind, each["name"]) for kind, each in zip(kinds, listed, strict=True)}
    assert names == expected(site).keys()
    of_storage = [each["id"] for each in listed if each["type"].endswith(STORAGE_NETWORK)]
    assert of_storage == ["storage-network"]
    assert all(IMPORTS in files(site, language) for language in Language)
    assert {CLUSTER_NETWORK, NAD} <= objects.keys()


def unrolled(program: Program) -> Declared:
    """What a program declares, without any language."""
    shares: dict[Any, Any] = {}
    networks: dict[Any, Any] = {}
    found: Declared = {}
    for statement in program.statements:
        if isinstance(statement, Share):
            shares[statement.variable] = statement.value
        elif isinstance(statement, Single | Loop):
            for resource in statement.each():
                if statement.variable is not None:
                    networks[statement.variable] = resource.name
                found[resource.kind, resource.name] = _plain(resource, shares, networks)
    return found


def _plain(resource: Resource, shares: dict[Any, Any], networks: dict[Any, Any]) -> Any:
    args = dict(resource.args)
    for name, value in args.items():
        if isinstance(value, Shared):
            args[name] = shares[value.variable]
        if isinstance(value, Network):
            args[name] = networks[value.variable]
    return args


def run_yaml(text: str) -> Declared:
    """What a program in YAML declares, its references followed as Pulumi does."""
    resources = yaml.safe_load(text).get("resources") or {}
    names = {key: each.get("name", key) for key, each in resources.items()}

    def value(given: Any) -> Any:
        if isinstance(given, dict):
            return {key: value(inner) for key, inner in given.items()}
        if isinstance(given, list):
            return [value(item) for item in given]
        if isinstance(given, str):
            if found := re.fullmatch(r"\$\{([\w-]+)\}", given):
                return names[found[1]]
            assert not re.search(r"(?<!\$)\$\{", given), given
            return given.replace("$${", "${")
        return given

    found: Declared = {}
    for key, each in resources.items():
        for other in each.get("options", {}).get("dependsOn", []):
            assert re.fullmatch(r"\$\{([\w-]+)\}", other)
            assert other[2:-1] in resources
        kind = each["type"].rpartition(":")[2]
        assert (kind, names[key]) not in found
        found[kind, names[key]] = value(each.get("properties", {}))
    return found
