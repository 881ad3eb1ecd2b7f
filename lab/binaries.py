"""Which programs the lab and `make sdk` run, in which version, and where each is found.

A fitting program of the machine is used (KUBEBUILDER_ASSETS, then PATH); everything else is
built once from its Go module, pinned in `lab/tools/<module>/go.mod` (see `lab.building`).
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from harvester_net.lab import places

TOOLS = Path(__file__).parent / "tools"
Version = tuple[int, ...]


@dataclass(frozen=True)
class Found:
    """What a program of the machine must be to be used instead of a built one."""

    version_command: tuple[str, ...]
    at_least: Version
    below: Version


@dataclass(frozen=True)
class Binary:
    """One program: `package` of the Go module in `lab/tools/<module>`."""

    name: str
    module: str
    package: str
    version: str
    why: str
    cold_seconds: int
    """Build time on two cores with nothing built before, in the order of the table."""
    ldflags: str = ""
    found: Found | None = None


_KUBERNETES = "k8s.io/component-base/version"
_PULUMI = "github.com/pulumi/pulumi/sdk/v3/go/common/version"
_NETWORK = "github.com/harvester/harvester-network-controller/cmd"

BINARIES: tuple[Binary, ...] = (
    Binary(
        "etcd", "etcd", "go.etcd.io/etcd/server/v3", "3.6.0",
        "the store of the API server", 28,
        found=Found(("--version",), (3, 5), (4,)),
    ),
    Binary(
        "kube-apiserver", "kubernetes", "k8s.io/kubernetes/cmd/kube-apiserver", "1.35.4",
        "the Kubernetes API", 193,
        ldflags=f"-X {_KUBERNETES}.gitVersion=v1.35.4"
        f" -X {_KUBERNETES}.gitMajor=1 -X {_KUBERNETES}.gitMinor=35",
        found=Found(("--version",), (1, 30), (2,)),
    ),
    Binary(
        "harvester-network-webhook", "harvester-network", f"{_NETWORK}/webhook", "1.7.1",
        "refuses what Harvester refuses about networks", 66,
    ),
    Binary(
        "harvester-network-controller", "harvester-network", f"{_NETWORK}/network-controller",
        "1.7.1", "carries MTU and VLAN changes to the networks", 37,
    ),
    Binary(
        "harvester-webhook", "harvester", "github.com/harvester/harvester/cmd/webhook",
        "1.8.2", "refuses what Harvester refuses about settings and VMs", 352,
    ),
    Binary(
        "harvester-controllers", "harvester", "./cmd/harvester-controllers", "1.8.2",
        "Harvester's own storage network, VMs and settings", 23,
    ),
    Binary(
        "kubevirt-manifests", "harvester", "./cmd/kubevirt-manifests", "1.7.0",
        "prints KubeVirt's types and webhooks", 3,
    ),
    Binary(
        "virt-api", "harvester", "kubevirt.io/kubevirt/cmd/virt-api", "1.7.0",
        "starts and stops VMs, checks them", 47,
    ),
    Binary(
        "virt-controller", "harvester", "kubevirt.io/kubevirt/cmd/virt-controller", "1.7.0",
        "turns VMs into running instances", 32,
    ),
    Binary(
        "pulumi", "pulumi", "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", "3.276.0",
        "the Pulumi command", 200,
        ldflags=f"-X {_PULUMI}.Version=3.276.0",
        found=Found(("version",), (3, 200), (4,)),
    ),
    Binary(
        "pulumi-language-yaml", "pulumi-yaml",
        "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml", "1.25.0",
        "runs Pulumi programs in YAML", 41,
    ),
    Binary(
        "sdkgen", "pulumi", "./cmd/sdkgen", "3.276.0",
        "writes the classes of other languages", 15,
    ),
)  # fmt: skip

PULUMI = ("pulumi", "pulumi-language-yaml", "sdkgen")
CONTROL_PLANE = tuple(binary.name for binary in BINARIES if binary.name not in PULUMI)
# Without debug information and inlining the compiler has two fifths less to do; programs that
# serve a handful of nodes lose little by it.
BUILD_FLAGS = (
    "-mod=readonly",
    "-trimpath",
    "-buildvcs=false",
    "-gcflags=all=-dwarf=false -l",
)
BUILD_ENVIRONMENT = {"CGO_ENABLED": "0", "GOFLAGS": "", "GOWORK": "off"}


def binary(name: str) -> Binary:
    return next(known for known in BINARIES if known.name == name)


def ldflags(binary: Binary) -> str:
    return f"-s -w {binary.ldflags}".strip()


def locate(binary: Binary) -> Path | None:
    """The program to run, or None if it is still to be built."""
    if found := on_machine(binary):
        return found
    built = built_path(binary)
    return built if built.exists() else None


def built_path(binary: Binary) -> Path:
    return places.built_binaries() / module_hash(binary.module) / binary.name


def on_machine(binary: Binary) -> Path | None:
    """A fitting program that is already installed, if this one may be taken from there."""
    if binary.found is None:
        return None
    for candidate in _candidates(binary.name):
        if fits(installed_version(candidate, binary.found), binary.found):
            return candidate
    return None


def fits(version: Version | None, found: Found) -> bool:
    return version is not None and found.at_least <= version < found.below


def installed_version(program: Path, found: Found) -> Version | None:
    try:
        answer = subprocess.run(
            [program, *found.version_command],
            capture_output=True, text=True, timeout=20,
            env=os.environ | {"PULUMI_SKIP_UPDATE_CHECK": "true"},
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    return version_in(answer.stdout) if answer.returncode == 0 else None


def version_in(text: str) -> Version | None:
    """The first version number of a text: "Kubernetes v1.35.4" gives (1, 35, 4)."""
    match = re.search(r"\bv?(\d+)\.(\d+)\.(\d+)", text)
    return tuple(int(part) for part in match.groups()) if match else None


def module_hash(module: str) -> str:
    """Changes with anything that changes the built programs: module files, mains, flags."""
    digest = hashlib.sha256(platform.machine().encode())
    for made_of in (binary for binary in BINARIES if binary.module == module):
        digest.update(f"{made_of.package} {ldflags(made_of)}\n".encode())
    digest.update(f"{BUILD_FLAGS} {BUILD_ENVIRONMENT}".encode())
    for file in module_files(module):
        digest.update(file.name.encode() + file.read_bytes())
    return f"{module}-{digest.hexdigest()[:12]}"


def module_files(module: str) -> list[Path]:
    folder = TOOLS / module
    return [folder / "go.mod", folder / "go.sum", *sorted(folder.glob("cmd/*/*.go"))]


def _candidates(name: str) -> list[Path]:
    assets = os.environ.get("KUBEBUILDER_ASSETS", "")
    in_assets = Path(assets) / name
    on_path = shutil.which(name)
    found = [in_assets] if assets and os.access(in_assets, os.X_OK) else []
    return found + ([Path(on_path)] if on_path else [])
