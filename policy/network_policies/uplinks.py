"""Policies for the uplinks of network configs."""

from __future__ import annotations

from collections.abc import Iterator

from .resource import Resource, Settings, Violation


def two_nics_for_each_uplink(config: Resource, settings: Settings) -> Iterator[Violation]:
    """An uplink has at least `minimum` NICs: one may fail without taking a network away."""
    nics = list(config.properties["uplink"]["nics"])
    least = int(settings["minimum"])
    if len(nics) < least:
        yield config.says(
            "uplink.nics",
            f"lists {len(nics)} ({', '.join(nics)}); list at least {least}, so that the VMs "
            "of the node stay connected when a NIC, a cable or a switch fails",
        )


def miimon_is_set(config: Resource, settings: Settings) -> Iterator[Violation]:
    """A bond says how often it looks at its links, at least every `maximum` milliseconds.

    What is left out, or -1, is 100 ms from Harvester 1.7 on and the kernel's default before,
    which may be not to look at all: a dead link then goes on being used.
    """
    options = config.properties["uplink"].get("bondOptions") or {}
    miimon = options.get("miimon")
    most = int(settings["maximum"])
    if not miimon or miimon < 0:
        yield config.says(
            "uplink.bondOptions.miimon",
            "is not set; set it to 100 (milliseconds), so that a dead link is noticed with "
            "every version of Harvester",
        )
    elif miimon > most:
        yield config.says(
            "uplink.bondOptions.miimon",
            f"{miimon:g} ms is too long; set it to {most} or less",
        )
