"""Blocks in a limit: whole items, in their order, and what is left out is said."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from harvester_net.review.blocks import Block, Weight, fitted, size

HEAD = Block(Weight.ALWAYS, ("head",))
FOOT = Block(Weight.ALWAYS, ("foot",))
OPTIONAL = [weight for weight in Weight if weight is not Weight.ALWAYS]
TEXTS = st.text(st.sampled_from("ab é🛑\n"), max_size=40)


def block(weight: Weight, *items: str, what: str = "step") -> Block:
    return Block(weight, items, what, "<", ">")


@st.composite
def blocks(draw: st.DrawFn) -> list[Block]:
    """Blocks whose items can be told apart."""
    made = []
    for number in range(draw(st.integers(0, 6))):
        weight = draw(st.sampled_from(OPTIONAL))
        texts = draw(st.lists(TEXTS, max_size=30))
        items = tuple(f"[{number}.{n}]{text}" for n, text in enumerate(texts))
        if items:
            made.append(block(weight, *items, what=weight.name.lower()))
    return [HEAD, *made, FOOT]


@given(blocks(), st.integers(400, 3_000))
def test_a_limit_is_kept_and_no_item_is_cut(made: list[Block], limit: int) -> None:
    text = fitted(made, limit)
    assert size(text) <= limit
    assert text.startswith("head\n")
    assert "\nfoot\n" in text
    for one in made[1:-1]:
        begun = [item for item in one.items if item.partition("]")[0] + "]" in text]
        assert list(one.items[: len(begun)]) == begun
        assert all(f"{item}\n" in text for item in begun)


@given(blocks(), st.integers(400, 3_000))
def test_what_is_left_out_is_said(made: list[Block], limit: int) -> None:
    text = fitted(made, limit)
    missing = [
        item for one in made for item in one.items if f"{item.partition(']')[0]}]" not in text
    ]
    missing = [item for item in missing if item.startswith("[")]
    said = [
        int(number) for number in re.findall(r"(\d+) [a-z]+", text.rpartition("_Left out")[2])
    ]
    # The first number is that of the limit.
    assert sum(said[1:]) == len(missing)
    assert text == fitted(made, limit)


def test_what_fits_is_whole() -> None:
    made = [HEAD, block(Weight.PLAN, "1", "2"), FOOT]
    assert fitted(made, 10_000) == "head\n\n<1\n2\n>\nfoot\n"


def test_the_least_important_goes_first_and_the_order_stays() -> None:
    steps = [f"step {n} ".ljust(100, ".") for n in range(20)]
    reasons = [f"reason {n} ".ljust(140, ".") for n in range(3)]
    made = [HEAD, block(Weight.PLAN, *steps), block(Weight.REFUSALS, *reasons), FOOT]
    text = fitted(made, 900)
    assert re.findall(r"head|foot|step \d+|reason \d+|\d+ steps", text) == [
        *("head", "step 0", "reason 0", "reason 1", "reason 2", "foot", "19 steps"),
    ]


def test_characters_outside_the_basic_plane_count_twice() -> None:
    assert size("a🛑é") == 4
