"""What `harvester-net adopt` does: look, write the project, say what is left to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..adopt.project import Language, files, names_of_files
from ..adopt.reading import read_site
from ..adopt.site import KINDS, LeftOut, Site, Wanted
from ..adopt.terraform import Managed, NoState, managed, removals
from ..harvester.wording import counted, listed
from .outcome import Code, Outcome
from .printing import say
from .session import Command, Session

LARGEST_STATE = 64 * 1024 * 1024
"""Bytes of a state file that are read."""
_WORDS = {
    "ClusterNetwork": "cluster network",
    "NetworkConfig": "network config",
    "VmNetwork": "VM network",
    "HostNetworkConfig": "host network config",
    "StorageNetwork": "storage network",
    "RwxNetwork": "RWX network",
    "VmMigrationNetwork": "VM migration network",
}
IMPORT = "pulumi import --file import.json --protect=false --generate-code=false"


class Unusable(Exception):
    """A file or directory that was named cannot be used; the text says why."""


@dataclass(frozen=True)
class Place:
    """The directory of the project."""

    directory: Path
    force: bool = False
    """Whether files that are there are replaced."""

    def check(self, names: Sequence[str]) -> None:
        """Raises Unusable, before the cluster is asked, where files of these names cannot
        be written.
        """
        if self.directory.exists() and not self.directory.is_dir():
            raise Unusable(f"{self.directory} is no directory")
        there = [name for name in names if (self.directory / name).exists()]
        if there and not self.force:
            raise Unusable(
                f"{listed(there)} in {self.directory} would be overwritten; give another "
                "--output, or --force"
            )

    def put(self, texts: Mapping[str, str]) -> None:
        """Write the files. Raises Unusable."""
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            for name, text in texts.items():
                # "x": one that came meanwhile stays, too.
                path = self.directory / name
                with path.open("w" if self.force else "x", encoding="utf-8") as file:
                    file.write(text)
        except OSError as error:
            raise Unusable(f"{error.filename} cannot be written: {error.strerror}") from error


def adopting(
    language: Language, wanted: Wanted, place: Place, terraform: Path | None
) -> Command:
    """`adopt`."""

    async def command(session: Session) -> Outcome:
        try:
            place.check(names_of_files(language))
            state = [] if terraform is None else _state(terraform)
            site = await read_site(session.cluster, wanted, session.deadline)
            if site.found:
                place.put(files(site, language))
        except Unusable as error:
            return Outcome(Code.ERROR, f"error: {error}")
        for line in _told(site, place.directory, removals(state, site)):
            say(line)
        return Outcome(Code.DONE)

    return command


def _read(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(LARGEST_STATE + 1)
    except UnicodeDecodeError:
        raise Unusable(f"{path} is no text") from None
    except OSError as error:
        raise Unusable(f"{path} cannot be read: {error.strerror}") from error
    if len(text) > LARGEST_STATE:
        raise Unusable(f"{path} is too large to be a state of Terraform")
    return text


def _state(path: Path) -> list[Managed]:
    """The networks in a state of Terraform. Raises Unusable."""
    try:
        return managed(_read(path))
    except NoState as error:
        raise Unusable(f"{path} is no state of Terraform: {error}") from error


def _told(site: Site, directory: Path, commands: Sequence[str]) -> Iterator[str]:
    """What the user is told in the end."""
    yield from map(_left_out, site.left_out)
    if not site.found:
        yield "nothing to adopt: no file was written"
        return
    numbers = [counted(len(site.of(kind)), _WORDS[kind]) for kind in KINDS if site.of(kind)]
    yield f"{directory}: {', '.join(numbers)}"
    odd = sum(bool(each.notes) for each in site.found)
    if odd:
        yield f"{counted(odd, 'object')} with something odd; comments in the program say what"
    yield f"next: {IMPORT}, then pulumi preview, which has nothing to change"
    if commands:
        yield "after that, so that Terraform forgets them and does not delete them:"
        yield from (f"  {command}" for command in commands)


def _left_out(left: LeftOut) -> str:
    return f"left out: {left.kind} {left.key}: {left.why}"
