"""Quantities as Kubernetes writes them, as far as VMs use them: 64Mi, 1500M, 100m."""

from __future__ import annotations

import re
from fractions import Fraction

_PATTERN = re.compile(r"([+-]?[0-9]+(?:\.[0-9]*)?|[+-]?\.[0-9]+)([a-zA-Z]*)")
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_DECIMAL = {"m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
NOT_A_QUANTITY = (
    "quantities must match the regular expression"
    " '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
)


def parsed(text: object) -> Fraction:
    """The number; raises ValueError in the words of Kubernetes."""
    found = _PATTERN.fullmatch(str(text).strip())
    if found is None or found[2] not in {**_BINARY, **_DECIMAL}:
        raise ValueError(NOT_A_QUANTITY)
    if found[2] in _BINARY:
        return Fraction(found[1]) * Fraction(2 ** _BINARY[found[2]])
    power = _DECIMAL[found[2]]
    unit = Fraction(10**power) if power >= 0 else Fraction(1, 10**-power)
    return Fraction(found[1]) * unit


def is_binary(text: object) -> bool:
    """Whether it counts in 1024s."""
    found = _PATTERN.fullmatch(str(text).strip())
    return found is not None and found[2] in _BINARY


def written(value: Fraction, binary: bool) -> str:
    """In the largest unit of which it is a whole number."""
    if binary:
        units = [(Fraction(2**power), name) for name, power in _BINARY.items()]
    else:
        units = [(parsed(f"1{name}"), name) for name in _DECIMAL]
    for size, name in sorted(units, reverse=True):
        if value and (value / size).denominator == 1:
            return f"{int(value / size)}{name}"
    return str(int(value))
