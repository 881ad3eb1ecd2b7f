"""Links of pages that were written to be read in the repository, for where they are on the
site: what is no page of it is shown in the repository.
"""

from __future__ import annotations

import posixpath
import re

_LINK = re.compile(r"(\]\()(?!\w+:|#)([^)#\s]+)(#[^)\s]*)?\)")
_CODE = re.compile(r"^(```|~~~).*?^\1", re.DOTALL | re.MULTILINE)


def moved(text: str, source: str, places: dict[str, str], repository: str) -> str:
    """`text` of the file `source` with its relative links as they are on the site.

    `places` has where on the site each file of the repository is; both are paths from the
    respective root. All other files are linked at `repository`.
    """

    def one(link: re.Match[str]) -> str:
        start, target, anchor = link[1], link[2], link[3] or ""
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
        if path in places:
            here = posixpath.dirname(places[source])
            return f"{start}{posixpath.relpath(places[path], here or '.')}{anchor})"
        return f"{start}{repository}/blob/main/{path}{anchor})"

    code = [found.span() for found in _CODE.finditer(text)]
    parts, at = [], 0
    for begin, end in code:
        parts += [_LINK.sub(one, text[at:begin]), text[begin:end]]
        at = end
    return "".join([*parts, _LINK.sub(one, text[at:])])
