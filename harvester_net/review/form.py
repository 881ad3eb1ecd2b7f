"""What the places of comments understand: how long one may be, and which Markdown."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from ..markdown import escaped, in_html

MOST = 65_536
"""Characters of a comment on GitHub, which is the least of those that fold."""
MOST_WITHOUT_HTML = 32_768
"""Characters of a comment on Bitbucket."""


@dataclass(frozen=True)
class Form:
    """How a comment is written."""

    limit: int = MOST
    html: bool = True
    """Whether comments and folds of HTML are understood; elsewhere they would be read."""

    def mark(self, stack: str) -> str:
        """The first line, which nobody sees, by which the comment is found again."""
        # An HTML comment ends at two dashes, and a name of a stack may have them.
        safe = quote(stack, safe="/").replace("--", "-%2D")
        told = f"harvester-net review {safe}"
        return f"<!-- {told} -->\n" if self.html else f"[//]: # ({told})\n\n"

    def fold(self, summary: str) -> tuple[str, str]:
        """What stands before and after what is folded; ``summary``: plain text."""
        if not self.html:
            return f"**{escaped(summary)}**\n\n", ""
        return f"<details><summary>{in_html(summary)}</summary>\n\n", "\n</details>\n"
