"""The comments in docs/reviews; `python -m tests.unit.review.documented` writes them."""

from __future__ import annotations

from pathlib import Path

from harvester_net.review.comment import comment
from harvester_net.review.look import Seat
from harvester_net.review.reading import previews

from .recordings import many, preview

PLACE = Path(__file__).parents[3] / "docs" / "reviews"
SEATS = {
    f"default/db-{n:02}": Seat(f"node{n % 3 + 1}", "team storage" if n < 31 else "")
    for n in range(1, 41)
}


def comments() -> dict[str, str]:
    """Each by the name of its file."""
    (thousand,) = previews(many("create", "vm200", 1_000))
    return {
        "create.md": comment(preview("create")),
        "vlan-change.md": comment(preview("vlan")),
        "mtu-change-40-vms.md": comment(preview("mtu"), seats=SEATS),
        "refused.md": comment(preview("refused")),
        "nothing.md": comment(preview("nothing")),
        "1000-networks.md": comment(thousand),
    }


if __name__ == "__main__":
    PLACE.mkdir(exist_ok=True)
    for name, text in comments().items():
        (PLACE / name).write_text(text)
