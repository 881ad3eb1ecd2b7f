"""Brackets on one line where they fit, else an item on each line. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Brackets:
    """Items between an opening and a closing text."""

    opening: str
    items: Sequence[Node]
    closing: str
    trailing: bool = True
    """Whether a comma follows the last item where each has a line."""
    spaced: bool = False
    """Whether spaces stand inside the brackets on one line."""


Node = str | Brackets


def prefixed(text: str, node: Node) -> Node:
    """A node with a text before it."""
    return (
        f"{text}{node}"
        if isinstance(node, str)
        else replace(node, opening=text + node.opening)
    )


def suffixed(node: Node, text: str) -> Node:
    """A node with a text behind it."""
    return (
        f"{node}{text}"
        if isinstance(node, str)
        else replace(node, closing=node.closing + text)
    )


def flat(node: Node) -> str:
    """The node on one line."""
    if isinstance(node, str):
        return node
    inner, space = ", ".join(map(flat, node.items)), " " if node.spaced and node.items else ""
    return f"{node.opening}{space}{inner}{space}{node.closing}"


def laid_out(node: Node, width: int, indent: str, above: str = "") -> str:
    """The node with each line indented, in at most ``width`` characters where that can be."""
    line = above + flat(node)
    if isinstance(node, str) or not node.items:
        return line
    # A comma may come behind it.
    if len(line.expandtabs(4)) < width:
        return line
    inner = above + indent
    items = [laid_out(item, width, indent, inner) for item in node.items]
    last = "," if node.trailing else ""
    return f"{above}{node.opening}\n" + ",\n".join(items) + f"{last}\n{above}{node.closing}"
