"""Files of a site that nobody wrote: each is a description, or an error with its line."""

from __future__ import annotations

import re

import yaml
from hypothesis import given
from hypothesis import strategies as st

from harvester_net.site_files.reading import WrongSiteFile, described
from harvester_net.specs.site import problems_of

from ..fuzzed import changed, fuzzed, texts
from .test_reading import BERLIN

VALID = yaml.safe_load(BERLIN)
MARKS = [
    "&a ",
    "*a",
    "!!int ",
    "!x ",
    "? ",
    ": ",
    "- ",
    "\t",
    "|\n",
    ">\n",
    "%YAML 9\n",
    "---\n",
]
MARKS += ['"\\UFFFFFFFF"', '"\\ud800"', "<<: ", "\x00", "\u2028", "{", "}", "[", "#", "'"]


@st.composite
def marked(draw: st.DrawFn) -> str:
    """The file of Berlin with some of YAML's marks where none belong."""
    text = BERLIN
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(st.sampled_from(MARKS)) + text[at:]
    return text


TEXTS = (
    marked()
    | changed(VALID).map(yaml.safe_dump)
    # The parser is slow.
    | texts(VALID).filter(lambda text: len(text) < 2_000)
)


@fuzzed
@given(TEXTS)
def test_any_text_is_a_description_or_an_error_with_its_line(text: str) -> None:
    try:
        description = described(text, "site.yaml")
    except WrongSiteFile as wrong:
        for line in str(wrong).splitlines():
            assert re.match(r"site\.yaml:[1-9]\d*: \S|and \d+ more", line), line
            assert line.isprintable()
            found = re.match(r"site\.yaml:(\d+)", line)
            assert found is None or int(found[1]) <= len(text.splitlines()) + 1
    else:
        assert problems_of(description) == []
