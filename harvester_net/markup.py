"""Elements of HTML and SVG, as trees: what others say is only ever text or the value of an
attribute in one, so that nothing in it can end its place or begin another element.
"""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree.ElementTree import Element, indent, tostring

from .printable import printable

__all__ = ["Element", "Inside", "element", "html", "xml"]

Inside = Element | str | None
"""What may stand inside of an element; None is nothing."""


def element(tag: str, *inside: Inside, **attributes: str | int) -> Element:
    """An element with what stands inside of it, in order.

    The names of attributes are Python's: ``class_`` for ``class``, ``aria_label`` for
    ``aria-label``. All text goes through `printable`.
    """
    named = {
        name.rstrip("_").replace("_", "-"): _harmless(str(value))
        for name, value in attributes.items()
    }
    made = Element(tag, named)
    add(made, inside)
    return made


def add(parent: Element, inside: Iterable[Inside]) -> None:
    """Put more inside of an element, after what it has."""
    for each in inside:
        if isinstance(each, str):
            _add_text(parent, _harmless(each))
        elif each is not None:
            parent.append(each)


def _harmless(text: str) -> str:
    """What is not seen as an escape; spaces around it stay, for more may stand beside it."""
    return printable(text, None, lines=True)


def _add_text(parent: Element, text: str) -> None:
    """A tree keeps the text after an element with that element."""
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text


_ON_A_LINE = frozenset(("head", "meta", "style", "body", "header", "nav", "main", "section"))
_ON_A_LINE |= {"h1", "h2", "h3", "p", "ol", "ul", "li", "table", "thead", "tbody", "tr"}
_ON_A_LINE |= {"g", "rect", "text"}
"""Elements after which a line ends, so that two pages can be compared line by line."""


def html(root: Element) -> str:
    """The text of a page of HTML."""
    for each in root.iter():
        if each is not root and each.tag in _ON_A_LINE and not each.tail:
            each.tail = "\n"
    return f"<!doctype html>\n{tostring(root, encoding='unicode', method='html')}\n"


def xml(root: Element) -> str:
    """The text of a file of XML in which no element has text beside elements, such as SVG."""
    indent(root, "")
    return tostring(root, encoding="unicode")
