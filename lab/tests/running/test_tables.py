"""Tables in documents: written between their comments, and nowhere else."""

from __future__ import annotations

import pytest

from .tables import END, Place

PLACE = Place("things-table")


def test_table_is_written_between_its_comments_alone() -> None:
    once = PLACE.rewritten(f"before\n{PLACE.begin}\n{END}\nafter\n", "| a |")
    assert PLACE.written(once) == "| a |"
    assert once.startswith("before\n")
    assert once.endswith("\nafter\n")
    assert PLACE.rewritten(once, "| a |") == once


def test_of_two_tables_only_the_named_one_is_written() -> None:
    other = Place("others-table")
    document = f"{other.begin}\n| old |\n{END}\n{PLACE.begin}\n| old |\n{END}\n"
    assert other.written(PLACE.rewritten(document, "| new |")) == "| old |"


@pytest.mark.parametrize("document", ["", PLACE.begin, f"{PLACE.begin}\n", END])
def test_document_without_place_for_the_table_is_left_alone(document: str) -> None:
    with pytest.raises(ValueError, match="lacks one of the comments"):
        PLACE.rewritten(document, "| a |")
