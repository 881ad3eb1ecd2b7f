"""What is wrong with inputs, said without a secret value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ..specs.spec import Problem
from .requests import Properties, Secrets


def sentences(problems: Iterable[Problem], inputs: Properties, secrets: Secrets) -> list[str]:
    """The sentences about the problems of inputs, none of which quotes a secret value."""
    texts = list(_secret_texts(inputs, secrets))
    return [str(_without_secret(problem, texts)) for problem in problems]


def _without_secret(problem: Problem, secret_texts: list[str]) -> Problem:
    if any(text in problem.sentence for text in secret_texts):
        return Problem(problem.path, "is not valid; what is wrong with it would tell a secret")
    return problem


def _secret_texts(inputs: Properties, secrets: Secrets) -> Iterator[str]:
    for path in secrets:
        value: Any = inputs
        for part in path:
            value = value[part]
        yield from _leaves(value)


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _leaves(inner)
    elif value not in (None, ""):
        yield str(value)
