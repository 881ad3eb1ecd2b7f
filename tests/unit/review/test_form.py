"""The mark of a comment, and folds."""

from __future__ import annotations

import pytest
from markdown_it import MarkdownIt

from harvester_net.review.form import Form

NAMES = ["networks/dev", "a--b/c-->d", "x]y/z)(", "net works/`dev`", "é/@team", "a/---"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("html", [True, False])
def test_nobody_sees_the_mark(name: str, html: bool) -> None:
    tokens = MarkdownIt("commonmark").parse(f"{Form(html=html).mark(name)}### Title\n")
    seen = [token.type for token in tokens if token.type != "html_block"]
    assert seen == ["heading_open", "inline", "heading_close"]
    assert [token.content.count("-->") for token in tokens if token.type == "html_block"] in (
        [1],
        [],
    )


def test_the_mark_ends_where_it_ends_for_every_parser() -> None:
    """To some, two dashes end a comment of HTML."""
    for name in NAMES:
        assert "--" not in Form().mark(name).strip()[len("<!--") : -len("-->")]


def test_every_stack_has_its_own_mark() -> None:
    marks = {Form(html=html).mark(name) for name in NAMES for html in (True, False)}
    assert len(marks) == 2 * len(NAMES)
    assert Form().mark("networks/dev") == "<!-- harvester-net review networks/dev -->\n"


def test_a_fold_is_plain_where_html_would_be_read() -> None:
    assert Form().fold("a <b> & c")[0] == ("<details><summary>a &lt;b> &amp; c</summary>\n\n")
    assert Form(html=False).fold("a <b>") == ("**a \\<b>**\n\n", "")
