"""Names of resources and variables."""

from __future__ import annotations

import keyword

import pytest

from harvester_net.adopt.names import Variables, resource_names, words_of

from .sites import cluster_network, config, storage, vm_network


def test_a_resource_has_the_name_of_its_object() -> None:
    found = [
        cluster_network("data"),
        config("data", "data"),
        vm_network("default/web", "data"),
        vm_network("shop/data", "data"),
        storage("data"),
    ]
    assert list(resource_names(found).values()) == ["data", "data", "web", "data", "storage"]


def test_vm_networks_of_one_name_have_their_namespaces() -> None:
    found = [vm_network(key, "data") for key in ("default/web", "shop/web", "shop/db")]
    assert list(resource_names(found).values()) == ["default/web", "shop/web", "db"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("cn-data", ("cn", "data")),
        ("node3.example.org", ("node3", "example", "org")),
        ("nodeSelector", ("node", "selector")),
        ("100", ("net", "100")),
        ("", ("net",)),
    ],
)
def test_words(text: str, words: tuple[str, ...]) -> None:
    assert words_of(text) == words


def test_no_variable_is_given_twice() -> None:
    variables = Variables()
    names = ["a-b", "ab", "a.b", "a-b-2", "b", "a-b2", "name", "a-b"]
    given = [variables.new(words_of(name)) for name in names]
    loop = variables.of_loop(("b",))
    joined = ["".join(variable) for variable in [*given, loop]]
    assert len(set(joined)) == len(joined)
    assert variables.of_loop(("b",)) == loop


@pytest.mark.parametrize(
    "word", [*map(str.lower, keyword.kwlist), "hn", "pulumi", "ctx", "err", "func", "const"]
)
def test_no_variable_is_a_word_of_a_language(word: str) -> None:
    assert "_".join(Variables().new((word,))) != word
