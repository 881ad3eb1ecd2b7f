"""The Debian packages that the guest with the real nodes is made of, and QEMU to run it.

Nothing is installed and nobody needs root: apt finds and downloads them, from the machine's
own sources, as for a machine that has nothing, so what is installed here does not matter.
They are unpacked into the user's cache, once.
"""

from __future__ import annotations

import hashlib
import platform
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from harvester_net.lab import places
from harvester_net.lab.errors import NoRealNodes
from lab.building import locked

NAMES = (
    "linux-image-cloud-amd64",
    "qemu-system-x86",
    "busybox-static",
    "dash",
    "iproute2",
    "iputils-ping",
    "util-linux",
    "coreutils",
)
ARCHITECTURE = "x86_64"
_LIBRARIES = "x86_64-linux-gnu"
_LONGEST_DOWNLOAD = 600.0
_PREFIX = "Real nodes can't run here"


@dataclass(frozen=True)
class Packages:
    """What was unpacked below `root`."""

    root: Path

    @property
    def kernel(self) -> Path:
        return self.file("boot/vmlinuz-*")

    @property
    def modules(self) -> Path:
        return self.file("lib/modules/*")

    @property
    def loader(self) -> Path:
        """Debian's own dynamic linker: its programs run with the libraries that came along."""
        return self.file(f"lib/{_LIBRARIES}/ld-linux-x86-64.so.2")

    @property
    def libraries(self) -> str:
        """Where these are, as the loader wants to be told."""
        folders = (self.root / folder / _LIBRARIES for folder in ("lib", "usr/lib"))
        return ":".join(map(str, folders))

    @property
    def qemu_modules(self) -> Path:
        return self.root / "usr" / "lib" / _LIBRARIES / "qemu"

    @property
    def versions(self) -> dict[str, str]:
        """Of each package, by name."""
        lines = (self.root / "packages").read_text().splitlines()
        return dict(line.split() for line in lines)

    def file(self, pattern: str) -> Path:
        """A file by its path; newer Debians have all of /lib, /bin and /sbin below /usr."""
        for folder in (self.root, self.root / "usr"):
            if found := sorted(folder.glob(pattern)):
                return found[0]
        raise NoRealNodes(f"{_PREFIX}: the packages of this machine's sources lack {pattern}.")


def ensure(console: Console) -> Packages:
    """The packages, downloaded first if need be. Raises NoRealNodes."""
    root = _unpacked()
    if root.exists():
        return Packages(root)
    if reason := _hindrance():
        raise NoRealNodes(f"{_PREFIX}: {reason}.")
    with locked(places.nodes() / "lock", console, "getting the packages of the real nodes"):
        if not root.exists():
            console.print(
                "Getting Debian packages for the real nodes: 80 MB, only this once.",
                highlight=False,
            )
            _get(root)
    return Packages(root)


def state() -> str:
    """For `status`: whether real nodes can run here, without trying to get anything."""
    if _unpacked().exists():
        return "can run here"
    if reason := _hindrance():
        return f"can't run here: {reason}"
    if _failure().exists():
        return f"could not run here: {_failure().read_text()}"
    return "their Debian packages are downloaded when they are first asked for"


def _hindrance() -> str:
    """What keeps this machine from having the packages at all; "" if nothing does."""
    if platform.machine() != ARCHITECTURE:
        return f"they need an {ARCHITECTURE} machine, and this is {platform.machine()}"
    missing = [name for name in ("apt-get", "dpkg-deb") if not shutil.which(name)]
    return f"their Debian packages need {missing[0]}, which is not on PATH" if missing else ""


def _get(root: Path) -> None:
    _failure().unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(dir=root.parent) as work:
        try:
            archives = _download(Path(work))
            _unpack(archives, Path(work) / "root")
        except subprocess.SubprocessError as error:
            reason = f"apt could not get their Debian packages ({_said(error)})"
            _failure().write_text(reason)
            raise NoRealNodes(f"{_PREFIX}: {reason}.") from error
        (Path(work) / "root").rename(root)


def _download(work: Path) -> list[Path]:
    """The packages and all that they depend on."""
    for folder in ("state/lists/partial", "cache/archives/partial"):
        (work / folder).mkdir(parents=True)
    (work / "nothing-installed").touch()
    options = {
        "Dir::State": work / "state",
        "Dir::State::status": work / "nothing-installed",
        "Dir::Cache": work / "cache",
        "Debug::NoLocking": "true",
        "APT::Update::Error-Mode": "any",
        "APT::Sandbox::User": "",
        "Acquire::http::Timeout": "20",
        "Acquire::Retries": "2",
    }
    command = ["apt-get", "-qq", *(f"-o{key}={value}" for key, value in options.items())]
    _run([*command, "update"])
    _run([*command, "install", "--yes", "--no-install-recommends", "--download-only", *NAMES])
    return sorted((work / "cache" / "archives").glob("*.deb"))


def _unpack(archives: list[Path], root: Path) -> None:
    known = []
    for archive in archives:
        _run(["dpkg-deb", "--extract", str(archive), str(root)])
        name, version, _ = archive.name.replace("%3a", ":").split("_")
        known.append(f"{name} {version}\n")
    (root / "packages").write_text("".join(known))


def _run(command: list[str]) -> None:
    subprocess.run(
        command, check=True, capture_output=True, text=True, timeout=_LONGEST_DOWNLOAD
    )


def _said(error: subprocess.SubprocessError) -> str:
    """The first line that says what is wrong, in apt's words."""
    text = getattr(error, "stderr", "") or str(error)
    lines = [line for line in text.splitlines() if line.startswith("E:")] or [text]
    return lines[0].removeprefix("E:").strip()


def _unpacked() -> Path:
    wanted = hashlib.sha256(" ".join(NAMES).encode()).hexdigest()[:12]
    return places.nodes() / f"packages-{wanted}"


def _failure() -> Path:
    return places.nodes() / "failure"
