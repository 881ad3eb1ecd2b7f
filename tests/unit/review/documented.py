"""The comments in docs/reviews; `python -m tests.unit.review.documented` writes them."""

from __future__ import annotations

from pathlib import Path

from harvester_net.review.comment import comment
from harvester_net.review.look import Seat, Seen
from harvester_net.review.reading import previews
from tests import objects

from ..topology.snapshots import snapshot
from .recordings import many, preview

PLACE = Path(__file__).parents[3] / "docs" / "reviews"
SEATS = {
    f"default/db-{n:02}": Seat(f"node{n % 3 + 1}", "team storage" if n < 31 else "")
    for n in range(1, 41)
}
LAB = snapshot(
    *(
        objects.node(name, {"kubernetes.io/hostname": name})
        for name in ("node1", "node2", "node3")
    ),
    objects.setting("server-version", "v1.8.2"),
    objects.cluster_network("mgmt"),
    objects.cluster_network("cn-data", 1500),
    *(
        objects.config(f"nc-{n}", "cn-data", [f"node{n}"], uplink={"nics": ["eno2"]})
        for n in (1, 2, 3)
    ),
    *(
        objects.nad(f"vm{vlan}", config=objects.cni(f"vm{vlan}", "cn-data-br", vlan=vlan))
        for vlan in (100, 200)
    ),
    objects.storage_setting(
        '{"vlan":300,"clusterNetwork":"cn-data","range":"192.168.0.0/24"}'
    ),
    *(objects.vm(f"db-{n:02}", "default/vm100") for n in range(1, 41)),
)
"""The networks of the lab that the previews were recorded on."""


def comments() -> dict[str, str]:
    """Each by the name of its file."""
    (thousand,) = previews(many("create", "vm200", 1_000))
    return {
        "create.md": comment(preview("create")),
        "vlan-change.md": comment(preview("vlan")),
        "mtu-change-40-vms.md": comment(preview("mtu"), seen=Seen(SEATS, networks=LAB)),
        "refused.md": comment(preview("refused")),
        "nothing.md": comment(preview("nothing")),
        "1000-networks.md": comment(thousand),
    }


if __name__ == "__main__":
    PLACE.mkdir(exist_ok=True)
    for name, text in comments().items():
        (PLACE / name).write_text(text)
