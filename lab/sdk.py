"""The classes of other languages in `sdk/`, made from the schema: `python -m lab.sdk`.

They are checked in, so that a Go program can require them and a reader sees what a change of
the schema does. `lab/tools/pulumi/cmd/sdkgen` writes them; beside them is the digest of the
schema that they were made from, so that a quick test without Go notices when they are old.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from harvester_net.lab.errors import LabError
from lab.building import ensure

PROJECT = Path(__file__).parent.parent
SCHEMA = PROJECT / "harvester_net" / "schema.json"
SDK = PROJECT / "sdk"
LANGUAGES = ("nodejs", "go", "python")
MADE_FROM = SDK / "schema.sha256"


def generate(directory: Path) -> None:
    """Write the classes of every language into a directory, one folder each.

    Raises LabError if the schema is refused, or the generator cannot be built.
    """
    program = ensure(["sdkgen"])["sdkgen"]
    ran = subprocess.run(
        [program, SCHEMA, directory], capture_output=True, text=True, timeout=120
    )
    if ran.returncode != 0:
        raise LabError(f"sdkgen refuses {SCHEMA.name}: {ran.stderr.strip()}")


def schema_digest() -> str:
    """What `schema.sha256` has to say, as sha256sum would."""
    return f"{hashlib.sha256(SCHEMA.read_bytes()).hexdigest()}  {SCHEMA.name}\n"


def renew() -> None:
    """Make `sdk/` anew; what its README says and what is not generated stays."""
    with tempfile.TemporaryDirectory(prefix="sdk-") as made:
        generate(Path(made))
        for language in LANGUAGES:
            shutil.rmtree(SDK / language, ignore_errors=True)
            shutil.copytree(Path(made) / language, SDK / language)
    MADE_FROM.write_text(schema_digest())


def main() -> int:
    try:
        renew()
    except LabError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
