"""The settings with which the Pulumi command keeps everything about a lab in one directory.

What describes objects that exist only in a lab ends with it, and the user's own stacks, log-in
and settings stay untouched.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from harvester_net.lab import places
from harvester_net.lab.errors import LabError

INSTALL = "https://www.pulumi.com/docs/iac/download-install"
MISSING = f"The command pulumi is not on PATH. How to install it: {INSTALL}"


def settings(directory: Path) -> dict[str, str]:
    """The environment variables: state in this directory, and no question asked."""
    home = places.private(directory / "home")
    _share_plugins(home)
    return {
        "PULUMI_BACKEND_URL": places.private(directory / "state").as_uri(),
        # What Pulumi remembers of stacks, such as the one that is selected.
        "PULUMI_HOME": str(home),
        "PULUMI_CONFIG_PASSPHRASE": "",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }


def search_path() -> str:
    """PATH, and at its end where our plugin and `harvester-net` are installed."""
    own = str(Path(sys.executable).parent)
    known = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(known if own in known else [*known, own])


def command(path: str | None = None) -> str:
    """The Pulumi command on this search path, else on PATH. Raises LabError without one."""
    found = shutil.which("pulumi", path=path)
    if found is None:
        raise LabError(MISSING)
    return found


def _share_plugins(home: Path) -> None:
    """Plugins that the user has are used, and others are downloaded to there, once."""
    usual = Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi") / "plugins"
    shared = home / "plugins"
    if not os.path.lexists(shared) and usual != shared:
        usual.mkdir(parents=True, exist_ok=True)
        shared.symlink_to(usual.resolve())
