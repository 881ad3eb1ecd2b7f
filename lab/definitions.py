"""The custom resource definitions, read from the Go modules that define the types.

Never copied into this repository, so that they always fit the programs; kept next to the
built ones. Only types that no module ships as a definition are made here, open to any content.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from lab.binaries import binary, built_path, module_hash
from lab.building import module_directory

Object = dict[str, Any]


class Source(NamedTuple):
    """Definitions in the files of a Go module, one that `lab/tools/<tool>` depends on."""

    tool: str
    module: str
    files: str


HARVESTER = Source(
    "harvester",
    "github.com/harvester/harvester",
    "deploy/charts/harvester-crd/templates/*.yaml",
)
NETWORK = Source(
    "harvester-network",
    "github.com/harvester/harvester-network-controller",
    "manifests/crds/*.yaml",
)
VM_NETWORK = Source(
    "harvester",
    "github.com/k8snetworkplumbingwg/network-attachment-definition-client",
    "artifacts/networks-crd.yaml",
)
LONGHORN = Source("harvester", "github.com/longhorn/longhorn-manager", "k8s/crds.yaml")
LONGHORN_PLURALS = ("engines", "nodes", "settings", "volumes")

# group, version, kind, namespaced. virt-controller makes no instance of any VM before it can
# watch all five of CDI's types.
OPEN_TYPES = (
    ("cdi.kubevirt.io", "v1beta1", "CDI", False),
    ("cdi.kubevirt.io", "v1beta1", "CDIConfig", False),
    ("cdi.kubevirt.io", "v1beta1", "DataSource", True),
    ("cdi.kubevirt.io", "v1beta1", "DataVolume", True),
    ("cdi.kubevirt.io", "v1beta1", "StorageProfile", False),
    ("cluster.x-k8s.io", "v1beta1", "Cluster", True),
    ("cluster.x-k8s.io", "v1beta1", "Machine", True),
    ("fleet.cattle.io", "v1alpha1", "Cluster", True),
    ("logging.banzaicloud.io", "v1beta1", "ClusterFlow", True),
    ("logging.banzaicloud.io", "v1beta1", "ClusterOutput", True),
    ("logging.banzaicloud.io", "v1beta1", "Flow", True),
    ("logging.banzaicloud.io", "v1beta1", "Output", True),
    ("management.cattle.io", "v3", "Feature", False),
    ("management.cattle.io", "v3", "ManagedChart", True),
    ("monitoring.coreos.com", "v1", "Alertmanager", True),
    ("monitoring.coreos.com", "v1", "Prometheus", True),
)


def definitions(kubevirt_manifests: Path) -> list[Object]:
    """All custom resource definitions of the lab, from the cache if they were read before."""
    cached = _cache_file()
    if not cached.exists():
        cached.parent.mkdir(parents=True, exist_ok=True)
        partial = cached.with_suffix(".partial")
        partial.write_text(json.dumps(_read_all(kubevirt_manifests)))
        partial.rename(cached)
    found: list[Object] = json.loads(cached.read_text())
    return found


def from_longhorn(chart: str) -> Iterator[Object]:
    """Of Longhorn's chart only what Harvester looks at, in the version it looks at.

    Lines with template expressions are dropped (labels), and so is the conversion, which
    would need Longhorn's own webhook.
    """
    plain = "\n".join(line for line in chart.splitlines() if "{{" not in line)
    for found in _documents(plain):
        if found["spec"]["names"]["plural"] in LONGHORN_PLURALS:
            found["spec"].pop("conversion", None)
            versions = found["spec"]["versions"]
            found["spec"]["versions"] = [v for v in versions if v["name"] == "v1beta2"]
            yield found


def open_type(group: str, version: str, kind: str, namespaced: bool) -> Object:
    """A definition that takes any content."""
    plural = kind.lower() + ("es" if kind.endswith("s") else "s")
    names = {
        "kind": kind,
        "listKind": f"{kind}List",
        "plural": plural,
        "singular": kind.lower(),
    }
    any_content = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    served = {
        "name": version,
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": any_content},
        "subresources": {"status": {}},
    }
    scope = "Namespaced" if namespaced else "Cluster"
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {"group": group, "scope": scope, "names": names, "versions": [served]},
    }


def without_descriptions(value: Any) -> Any:
    """The same schema without its prose: half the size, so the API server starts sooner.

    A property that happens to be called "description" is a mapping, and stays.
    """
    if isinstance(value, dict):
        kept = (
            (key, item)
            for key, item in value.items()
            if not (key == "description" and isinstance(item, str))
        )
        return {key: without_descriptions(item) for key, item in kept}
    return [without_descriptions(item) for item in value] if isinstance(value, list) else value


def _read_all(kubevirt_manifests: Path) -> list[Object]:
    # The KubeVirt type itself is among those that kubevirt-manifests prints.
    harvester = [d for d in _from(HARVESTER) if d["spec"]["group"] != "kubevirt.io"]
    printed = subprocess.run(
        [kubevirt_manifests, "crds"], capture_output=True, text=True, check=True
    ).stdout
    found = [
        *_from(NETWORK),
        *harvester,
        *_from(VM_NETWORK),
        *from_longhorn(_text(LONGHORN)),
        *_documents(printed),
        *(open_type(*each) for each in OPEN_TYPES),
    ]
    return [_plain(each) for each in found]


def _plain(definition: Object) -> Object:
    definition.pop("status", None)
    definition["spec"] = without_descriptions(definition["spec"])
    return definition


def _from(source: Source) -> list[Object]:
    return _documents(_text(source))


def _text(source: Source) -> str:
    folder = module_directory(source.tool, source.module)
    return "\n---\n".join(path.read_text() for path in sorted(folder.glob(source.files)))


def _documents(text: str) -> list[Object]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    documents = yaml.load_all(text, Loader=loader)
    return [each for each in documents if each]


def _cache_file() -> Path:
    content = module_hash(NETWORK.tool).encode() + Path(__file__).read_bytes()
    name = f"crds-{hashlib.sha256(content).hexdigest()[:12]}.json"
    return built_path(binary("kubevirt-manifests")).with_name(name)
