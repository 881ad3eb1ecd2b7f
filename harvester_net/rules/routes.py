"""The route of a VM network, as the server reads its annotation (H1.6)."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address, ip_network

from ..harvester import gojson
from ..harvester.cni import ROUTE as SHAPE

MODES = ("", "auto", "manual")


def is_readable(text: str) -> bool:
    """Whether the server can read the annotation."""
    try:
        gojson.decode(text, SHAPE)
    except gojson.Undecodable:
        return False
    return True


def problems(text: str) -> Iterator[tuple[str, str]]:
    """What is wrong with the annotation: paths and sentences."""
    if not text:
        return
    try:
        route = gojson.decode(text, SHAPE)
    except gojson.Undecodable as error:
        yield "route", str(error)
        return
    if route["mode"] not in MODES:
        yield "route.mode", f"'{route['mode']}' is neither auto nor manual"
    if route["mode"] == "manual":
        if not _is_network(route["cidr"]):
            yield "route.cidr", f"'{route['cidr']}' is not a CIDR such as 192.168.100.0/24"
        if not _is_address(route["gateway"]):
            yield "route.gateway", f"'{route['gateway']}' is not an IP address"


def _is_network(text: str) -> bool:
    address, slash, prefix = text.partition("/")
    if not slash or not (prefix.isascii() and prefix.isdigit()) or not _is_address(address):
        return False
    try:
        return ip_network(text, strict=False).prefixlen > 0
    except ValueError:
        return False


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return "%" not in text
