"""Programs as people would write them, to be read as a whole; and that all languages say the
same.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from harvester_net.adopt.go import go
from harvester_net.adopt.outline import outline
from harvester_net.adopt.project import Language, files
from harvester_net.adopt.python import python
from harvester_net.adopt.site import Site
from harvester_net.adopt.typescript import typescript
from tests.differential.clusters import Cluster, clusters
from tests.differential.kinds import MADE
from tests.imports import by_kind

from ..fuzzed import fuzzed
from .sites import (
    Declared,
    cluster_network,
    config,
    differing,
    expected,
    host_network,
    in_rack,
    read,
    run_python,
    storage,
    vm_network,
)

LACP = {"uplink": {"nics": ["eno2", "eno3"], "bondOptions": {"mode": "802.3ad"}}}
TRUNK = {"vlanTrunk": [{"minID": 200, "maxID": 299}, {"id": 400}]}
HOSTS = {
    "mode": "static",
    "ips": {"node1": "10.40.0.11/24", "node2.example.com": "10.40.0.12/24"},
    "nodeSelector": {
        "matchLabels": {"rack": "a"},
        "matchExpressions": [{"key": "zone", "operator": "In", "labelValues": ["x", "y"]}],
    },
}
HOSTILE = '"""; ${pulumi.cwd} `#{x}` %d {y} \\ \n import os // */ \u202e'
SITE = Site(
    [
        cluster_network("mgmt"),
        cluster_network("cn-data", mtu=9000),
        cluster_network("spare", "no network config carries it"),
        config("rack-a", "cn-data", **in_rack("a"), **LACP),
        config(
            "rack-b",
            "cn-data",
            "its MTU is 1500, that of cn-data 9000",
            **in_rack("b"),
            **LACP,
        ),
        config("store", "cn-store", **LACP),
        vm_network("default/vlan100", "cn-data", vlan=100),
        vm_network("default/vlan101", "cn-data", vlan=101),
        vm_network("default/vlan102", "cn-data", vlan=102),
        vm_network("default/trunk", "cn-data", **TRUNK),
        vm_network("shop/flat", "mgmt", type="UntaggedNetwork"),
        host_network("hnc-backup", "cn-data", **HOSTS),
        storage("cn-data", exclude=["10.7.0.0/28"]),
    ]
)
AWKWARD = Site(
    [
        cluster_network("class"),
        cluster_network("1"),
        *(
            config(
                f"no{n}.de",
                "class",
                description=f"{HOSTILE}{n}",
                nodeSelector={HOSTILE: f"{n}"},
            )
            for n in (1, 2)
        ),
        config("hn", "1", description=HOSTILE, nodeSelector={"${a}": "b", "yes": "no"}),
        vm_network("a/pulumi", "class", "\u2028 one", vlan=1, annotations={"${x}": "$${y}"}),
        *(vm_network(f"{s}/web", "1", vlan=v) for s, v in (("x", 5), ("y", 6), ("z", 7))),
        vm_network("default/gone", "nowhere", vlan=9),
    ]
)
SITES = {"tidy": SITE, "awkward": AWKWARD}
BOTH = [pytest.param(site, id=name) for name, site in SITES.items()]
WRITTEN = Path(__file__).parent / "programs"
"""Those in Go and TypeScript are compiled too, with the generated classes."""
FILES = {
    Language.PYTHON: "__main__.py",
    Language.YAML: "Pulumi.yaml",
    Language.TYPESCRIPT: "index.ts",
    Language.GO: "main.go",
}


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", SITES)
def test_the_program_is_as_people_write_it(name: str, language: Language) -> None:
    text = files(SITES[name], language)[FILES[language]]
    assert text == (WRITTEN / name / f"{language}.txt").read_text()


@pytest.mark.parametrize("site", BOTH)
def test_python_runs(site: Site) -> None:
    text = python(outline(site))
    assert differing(expected(site), run_python(text)) == []
    assert text.isascii() or text.replace("\n", "").isprintable()


NODE = shutil.which("node")
STUB = """\
const declared = [];
function kind(name) {
    return class {
        constructor(name_, args, after) {
            const own = { ...args };
            const on = own.clusterNetwork;
            if (on instanceof Object) own.clusterNetwork = on.name;
            declared.push([name, name_, own]);
            this.name = name_;
            for (const each of (after || { dependsOn: [] }).dependsOn)
                if (each.constructor.name === "Array") throw new Error("a list in a list");
        }
    };
}
const kinds = ["ClusterNetwork", "NetworkConfig", "VmNetwork", "StorageNetwork", "RwxNetwork",
  "VmMigrationNetwork", "HostNetworkConfig"];
const hn = Object.fromEntries(kinds.map((name) => [name, kind(name)]));
"""


def run_typescript(text: str) -> Declared:
    """What a program in TypeScript declares, without its types."""
    assert NODE is not None
    imported, _, rest = text.partition("\n")
    assert imported == 'import * as hn from "@harvester-net/pulumi";'
    untyped = re.sub(r" as \[[^\n]*\]\[\](?=\)|,|;|$| \{)", "", rest, flags=re.MULTILINE)
    untyped = re.sub(r"^const (\w+): [\w.]+ =", r"const \1 =", untyped, flags=re.MULTILINE)
    script = f"{STUB}{untyped}\nconsole.log(JSON.stringify(declared));"
    ran = subprocess.run(
        [NODE, "--input-type=module", "-"],
        input=script,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, f"{ran.stderr}\n{untyped}"
    return {(kind, name): args for kind, name, args in json.loads(ran.stdout)}


@pytest.mark.skipif(NODE is None, reason="needs node")
@pytest.mark.parametrize("site", BOTH)
def test_typescript_declares_the_same(site: Site) -> None:
    assert differing(expected(site), run_typescript(typescript(outline(site)))) == []


@pytest.mark.skipif(NODE is None, reason="needs node")
@settings(
    fuzzed, max_examples=20, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(st.data())
def test_typescript_declares_what_was_read(data: st.DataObject) -> None:
    cluster: Cluster = data.draw(clusters())
    made = [obj | {"metadata": {"uid": "uid"} | obj["metadata"]} for obj in cluster.objects]
    site = read(by_kind(made, MADE))
    assert differing(expected(site), run_typescript(typescript(outline(site)))) == []


GOFMT = shutil.which("gofmt")


@pytest.mark.skipif(GOFMT is None, reason="needs gofmt")
@pytest.mark.parametrize("site", BOTH)
def test_go_is_go(site: Site) -> None:
    assert GOFMT is not None
    ran = subprocess.run(
        [GOFMT, "-e"],
        input=go(outline(site)),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
