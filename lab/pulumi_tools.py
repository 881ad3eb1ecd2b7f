"""What a Pulumi program needs on this machine: the command, a Python language host, settings.

The official language host for Python is not a Go module by name, so where none is installed
a small one stands in (`lab.language_host`), run by the Python that runs the lab.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
import sys
from pathlib import Path

from rich.console import Console

from harvester_net.lab import places, pulumi_settings, shell
from harvester_net.lab.errors import LabError
from harvester_net.lab.handle import Lab
from lab.building import ensure

LANGUAGE_HOST = "pulumi-language-python"
YAML_HOST = "pulumi-language-yaml"
PLUGIN = "pulumi-resource-harvester-net"


def pulumi_command(console: Console | None = None) -> Path:
    """The one of the machine, or else built. Raises LabError with both ways to have one."""
    try:
        return ensure(["pulumi"], console)["pulumi"]
    except LabError as error:
        raise LabError(f"{pulumi_settings.MISSING}\nOr have it built: {error}") from error


def yaml_language_host() -> Path:
    """The language host for programs in YAML: the one of the machine, or else built.

    It comes with an installed `pulumi`, and tells nobody its version.
    """
    installed = shutil.which(YAML_HOST)
    return Path(installed) if installed else ensure([YAML_HOST])[YAML_HOST]


def search_path() -> list[Path]:
    """Directories to put before PATH, so that `pulumi` runs Python programs and our plugin."""
    pulumi = pulumi_command()
    found = [pulumi.parent]
    if shutil.which(LANGUAGE_HOST) is None:
        found.insert(0, language_host_directory(pulumi))
    # Where the plugin's console script is, with or without the environment being active.
    found.append(Path(sys.executable).parent)
    return found


def variables(lab: Lab) -> dict[str, str]:
    """Those of `harvester_net.lab.shell`, with a Pulumi command that there is for sure."""
    return shell.variables(lab) | _tools()


def environment(directory: Path) -> dict[str, str]:
    """All that keeps Pulumi on this machine, and its state in the directory."""
    return pulumi_settings.settings(directory) | _tools()


def _tools() -> dict[str, str]:
    path = [*map(str, search_path()), os.environ.get("PATH", os.defpath)]
    return {
        "PATH": os.pathsep.join(path),
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        # The programs run in this Python, which has what they import.
        "PULUMI_PYTHON_CMD": sys.executable,
    }


def language_host_directory(pulumi: Path) -> Path:
    """Holds a script that names this very Python and this project, Pulumi and our plugin.

    All beside each other, because Pulumi warns in each run of what is only on PATH.
    """
    root = Path(__file__).parent.parent
    which = hashlib.sha256(f"{sys.executable} {root}".encode()).hexdigest()[:12]
    directory = places.private(places.cache() / "language-host" / which)
    script = directory / LANGUAGE_HOST
    partial = directory / f".{LANGUAGE_HOST}.{os.getpid()}"
    partial.write_text(
        "#!/bin/sh\n"
        f"PYTHONPATH={shlex.quote(str(root))}${{PYTHONPATH:+:$PYTHONPATH}}\n"
        "export PYTHONPATH\n"
        f'exec {shlex.quote(sys.executable)} -m lab.language_host "$@"\n'
    )
    partial.chmod(0o700)
    partial.rename(script)
    put_beside(pulumi, directory)
    plugin = Path(sys.executable).parent / PLUGIN
    if plugin.exists():
        put_beside(plugin, directory)
    return directory


def put_beside(program: Path, directory: Path) -> None:
    """Have the program in the directory too, where that can be done without a copy."""
    beside = directory / program.name
    if beside.exists() and beside.samefile(program):
        return
    beside.unlink(missing_ok=True)
    # A symbolic link would be followed, back to where the language host is not.
    try:
        os.link(program, beside)
    except OSError:
        # Another file system: then with the warning.
        return
