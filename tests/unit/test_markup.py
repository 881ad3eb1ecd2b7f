"""Elements as trees: what others say stays in its place."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from harvester_net.markup import add, element, html, xml

from .fuzzed import fuzzed
from .hostile_texts import HOSTILE


class Read(HTMLParser):
    """The elements and the text of a page, as a browser finds them."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[dict[str, str | None]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.append(dict(attrs))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_text_stands_where_it_was_put() -> None:
    made = element("p", "one ", element("b", "two"), " three", None, " four")
    add(made, [element("i"), "five"])
    assert html(made).splitlines() == [
        "<!doctype html>",
        "<p>one <b>two</b> three four<i></i>five</p>",
    ]


def test_attributes_have_the_names_of_html() -> None:
    made = element("p", class_="a", aria_label='"x"', tabindex=0)
    assert xml(made) == '<p class="a" aria-label="&quot;x&quot;" tabindex="0" />'


@fuzzed
@given(st.sampled_from(HOSTILE) | st.text())
def test_no_text_ends_its_place(text: str) -> None:
    page = html(element("p", element("b", text, title=text), text))
    read = Read(page)
    assert read.tags == ["p", "b"]
    assert set(read.attributes[1]) == {"title"}
    assert page.encode()  # Nothing in it that UTF-8 does not have.
