"""Words of others in a pull request: a parser of Markdown sees them as they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt  # rich needs it.
from markdown_it.token import Token

from harvester_net.markdown import code, escaped, in_html
from harvester_net.printable import printable

from .cli.hostile import FORGED, SHOWN_FORGED

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
PIECES = ["a", "```", "---", "![", "](x)", "<b>", "@team", "http://", "www.", "&amp;", "| a |"]
PIECES += ["1. ", "- ", "# ", "[x]: y", "\u202e", *"`*_[](){}<>&!|~$@#\\:/.-+=1) \n\t\"'"]
WORDS = st.lists(st.sampled_from(PIECES)).map("".join)
PLACES = {
    "heading": ("### {}", ("heading_open", "inline", "heading_close")),
    "item": ("- {}", ("list_item_open", "paragraph_open", "inline")),
    "quotation": ("> Note: {}", ("blockquote_open", "paragraph_open", "inline")),
    "cell": ("| | Step |\n|--:|---|\n| 1 | {} |", ("td_open", "inline", "td_close")),
}


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("stop VM default/a (Always)", "stop VM default/a (Always)"),
        ("MTU: 1500 -> 9000; allow it with --stop-vms", None),
        ("# heading", "`#` heading"),
        ("![a](http://evil/x.png)", r"\!\[a\](http:`//`evil/x.png)"),
        ("@team, see www.evil.org", "`@`team, see www`.`evil.org"),
        ("fixes #1", "fixes `#`1"),
        ("a | b", "a &#124; b"),
        ("<img src=x onerror=y>", r"\<img src=x onerror=y>"),
        ("&lt;", r"\&lt;"),
        ("`code` *bold* _em_ ~~gone~~", r"&#96;code&#96; \*bold\* \_em\_ \~\~gone\~\~"),
        ("- item", r"\- item"),
        ("> quoted", r"\> quoted"),
        ("1. first", r"1\. first"),
        ("2026 was a year", "2026 was a year"),
        ("one\n\n# two", "one `#` two"),
        ("\x1b[2J", r"\\x1b\[2J"),
    ],
)
def test_sentence_means_nothing(text: str, written: str | None) -> None:
    assert escaped(text) == (text if written is None else written)


@given(WORDS, st.sampled_from(sorted(PLACES)))
@example(FORGED, "cell")
@example("\\", "cell")
@example("`@`", "item")
@example("http://#", "cell")
def test_sentence_is_read_as_it_is_wherever_it_stands(text: str, place: str) -> None:
    around, tokens = PLACES[place]
    seen = PARSER.parse(around.format(escaped(text)))
    kinds = [token.type for token in seen]
    begin = max(n for n, kind in enumerate(kinds) if kind == tokens[0])
    inline = seen[begin + tokens.index("inline")] if printable(text) else None
    if inline is None:
        return
    assert tuple(kinds[begin : begin + len(tokens)]) == tokens
    said = "".join(_words(inline.children or []))
    assert said.removeprefix("Note: ") == printable(text, None)
    assert kinds.count("inline") == (4 if place == "cell" else 1)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("MTU: 1500 -> 9000", None),
        ("a <b> & &lt;", "a &lt;b> &amp; &amp;lt;"),
        ("@team #1", "<code>@</code>team <code>#</code>1"),
        ("http://evil, WWW.evil", "http:<code>//</code>evil, WWW<code>.</code>evil"),
        ("a\n\n# b", "a <code>#</code> b"),
    ],
)
def test_sentence_in_html_means_nothing(text: str, written: str | None) -> None:
    assert in_html(text) == (text if written is None else written)


@given(WORDS)
@example(SHOWN_FORGED)
def test_name_is_code_whatever_it_is(text: str) -> None:
    (_, inline, _) = PARSER.parse(f"VMs: {code(text)}")
    (before, found) = inline.children or []
    assert (before.content, found.type) == ("VMs: ", "code_inline")
    assert found.content == (printable(text, None) or " ")


def _words(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        assert token.type in ("text", "text_special", "code_inline"), token
        if token.type == "code_inline":
            assert set(token.content) <= set("@#/."), token
        yield token.content
