"""The texts of the schema: what the specs say, for every language, with examples and import.

A spec names a property as it is on the wire, in backticks. Languages have names of their own
(`vlanTrunk`, `VlanTrunk`, `vlan_trunk`), so here such a name becomes a reference, for which a
generator puts its own.
"""

from __future__ import annotations

import re
from inspect import cleandoc
from pathlib import Path

from .about import token
from .parse import spec_within
from .spec import Spec

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
"""A program for each resource, function and language. Only `make schema` needs them."""

LANGUAGES = {
    "typescript": "ts",
    "python": "py",
    "go": "go",
    "csharp": "cs",
    "java": "java",
    "yaml": "yaml",
}
"""The languages of examples, in the Registry's order, and how the names of their files end."""

TITLES = {
    "ClusterNetwork": "A cluster network with jumbo frames",
    "NetworkConfig": "Two bonded NICs on the nodes of a rack",
    "VmNetwork": "A VLAN and a trunk",
    "VmNetworks": "A hundred VLANs and one more",
    "StorageNetwork": "Replication on a VLAN of its own",
    "RwxNetwork": "RWX volumes on the storage network",
    "VmMigrationNetwork": "Live migrations on a VLAN of their own",
    "HostNetworkConfig": "A backup network for the nodes",
    "DhcpPool": "Addresses for the VMs of a VLAN",
    "TrafficPath": "Two racks with VM networks, a host network and the storage network",
    "Site": "Two traffic paths, and what is on mgmt",
    "TenantNetworks": "The networks of a team, on its VLANs",
    "getClusterNetwork": "The MTU of a cluster network",
    "getNodeNics": "The free NICs of a node",
    "getVmInterfaces": "The addresses of a VM",
    "renderVmNics": "A VM with an address on one network, and DHCP on another",
}
"""What the example of each resource and function shows."""

IMPORTS = {
    "ClusterNetwork": ("the name of the cluster network", "data cn-data"),
    "NetworkConfig": ("the name of the network config", "rack-a cn-data-rack-a"),
    "VmNetwork": ("namespace and name of the VM network", "web shop/web"),
    "VmNetworks": (
        "namespace, cluster network and pattern of the names",
        "all 'default/cn-data/vlan{vlan}'",
    ),
    "StorageNetwork": ("always `storage-network`", "storage storage-network"),
    "RwxNetwork": ("always `rwx-network`", "rwx rwx-network"),
    "VmMigrationNetwork": ("always `vm-migration-network`", "migration vm-migration-network"),
    "HostNetworkConfig": ("the name of the host network config", "backup hnc-backup"),
    "DhcpPool": ("namespace and name of the DHCP pool", "web shop/web"),
}
"""What the id of each resource is, and the arguments of an import."""

_NAMES = re.compile(r"`([a-z][A-Za-z0-9]*(?:\.[a-z][A-Za-z0-9]*)*)`")


def text_of(model: type[Spec]) -> str:
    """What the docstring of a spec says, a line for each paragraph."""
    paragraphs = cleandoc(model.__doc__ or "").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def for_every_language(text: str, model: type[Spec], place: str) -> str:
    """The text with references in place of the names of the model's properties.

    `place` is where the schema has these properties: ``#/types/TOKEN/properties``.
    """

    def referred(found: re.Match[str]) -> str:
        path = reference(model, place, found[1].split("."))
        return f"{{{{% ref {path} %}}}}" if path else found[0]

    return _NAMES.sub(referred, text)


def reference(model: type[Spec], place: str, names: list[str]) -> str | None:
    """Where the schema has the property at a path below the model; None if it has none."""
    annotations = {field.alias: field.annotation for field in model.model_fields.values()}
    name, *deeper = names
    if name not in annotations:
        return None
    if not deeper:
        return f"{place}/{name}"
    nested = spec_within(annotations[name])
    inside = f"#/types/{token(nested.__name__)}/properties" if nested else ""
    return reference(nested, inside, deeper) if nested else None


def with_example(text: str, name: str) -> str:
    """The text of a resource or function, followed by its example in every language."""
    return (
        f"{text}\n\n{{{{% examples %}}}}\n## Example Usage\n\n"
        f"{{{{% example %}}}}\n### {TITLES[name]}\n\n{_programs(name)}\n"
        "{{% /example %}}\n{{% /examples %}}\n"
    )


def with_import(text: str, name: str) -> str:
    """The text of a resource, followed by how one that exists is taken over."""
    form, command = IMPORTS[name]
    return (
        f"{text}\n## Import\n\nThe id is {form}:\n\n"
        f"```sh\n$ pulumi import {token(name)} {command}\n```\n"
    )


def example(name: str, language: str) -> Path:
    """The file with the example of a resource or function in a language."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
    return EXAMPLES / f"{words}.{LANGUAGES[language]}"


def _programs(name: str) -> str:
    files = {language: example(name, language) for language in LANGUAGES}
    return "\n".join(
        f"```{language}\n{file.read_text().strip()}\n```"
        for language, file in files.items()
        if file.exists()
    )
