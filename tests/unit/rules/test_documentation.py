"""docs/rules.md is what the rules say."""

from __future__ import annotations

from harvester_net.rules.catalogue import all_rules
from harvester_net.rules.documentation import FILE, text


def test_page_is_up_to_date() -> None:
    assert FILE.read_text() == text(), "make rules"


def test_every_rule_is_on_the_page_once() -> None:
    page = text()
    assert {rule.name: page.count(f"**{rule.name}**") for rule in all_rules()} == {
        rule.name: 1 for rule in all_rules()
    }
