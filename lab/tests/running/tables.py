"""Tables that are made for docs/lab.md, each between two comments there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

LAB = Path(__file__).parents[3] / "docs" / "lab.md"
END = "<!-- end of the table -->"


@dataclass(frozen=True)
class Place:
    """Where a table is in a document: after the comment that names what makes it."""

    target: str
    """Of make."""

    @property
    def begin(self) -> str:
        return f"<!-- Made by `make {self.target}`: begin -->"

    def written(self, document: str) -> str:
        """The table that the document has. ValueError: there is no place for one."""
        _, begin, after = document.partition(f"{self.begin}\n")
        table, end, _ = after.partition(END)
        if not begin or not end:
            raise ValueError(f"the document lacks one of the comments {self.begin} and {END}")
        return table.strip("\n")

    def rewritten(self, document: str, table: str) -> str:
        """The document with the table as it should be. ValueError: as above."""
        self.written(document)
        before, _, after = document.partition(f"{self.begin}\n")
        _, _, rest = after.partition(END)
        return f"{before}{self.begin}\n\n{table}\n\n{END}{rest}"
