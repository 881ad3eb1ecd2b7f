"""Words of others in Markdown, for a pull request: they are read as they are, and do nothing.

Whatever CommonMark, GitHub or GitLab would make of them, it is none: no heading, image, link,
table cell, HTML or list. Where finished text is looked through once more, for mentions, issues
and addresses, code is left out: so what begins one becomes code.
"""

from __future__ import annotations

import re

from .printable import printable

_LOOKED_FOR = r"(?:[@#]|(?<=:)//|(?<=www)\.)[@#]*"
"""What begins a mention, an issue or an address."""
_SPECIAL = re.compile(
    rf"(?P<looked_for>{_LOOKED_FOR})|(?P<cut_at>[|`])|[\\*_\[\]{{}}<&!~$]",
    re.IGNORECASE,
)
_BEGINS_BLOCK = re.compile(r"^([-+>=]|\d+(?=[.)]))")


def escaped(text: str) -> str:
    """A sentence for the inside of a line, a list item, a quotation or a cell of a table."""
    written = _SPECIAL.sub(_meaningless, printable(text, None))
    return _BEGINS_BLOCK.sub(_not_a_block, written)


def _meaningless(special: re.Match[str]) -> str:
    if special["looked_for"]:
        return f"`{special[0]}`"
    if special["cut_at"]:
        # A table is cut into cells, and code found, before a backslash is heeded.
        return f"&#{ord(special[0])};"
    return f"\\{special[0]}"


def _not_a_block(begin: re.Match[str]) -> str:
    # Of a numbered item the escape stands before its point.
    return f"{begin[0]}\\" if begin[0][0].isdigit() else f"\\{begin[0]}"


def in_html(text: str) -> str:
    """A sentence inside of an element of HTML, where no Markdown is looked for."""
    written = printable(text, None).replace("&", "&amp;").replace("<", "&lt;")
    return re.sub(_LOOKED_FOR, r"<code>\g<0></code>", written, flags=re.IGNORECASE)


def code(text: str) -> str:
    """A name as code; not for tables."""
    text = printable(text, None) or " "
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {text} {fence}" if "`" in text else f"{fence}{text}{fence}"
