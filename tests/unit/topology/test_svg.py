"""The picture as SVG: well formed, everything in it, nothing on top of anything else."""

from __future__ import annotations

from itertools import combinations
from xml.etree import ElementTree

from harvester_net.cluster.resources import key_of
from harvester_net.harvester.snapshot import Snapshot
from harvester_net.topology.model import topology
from harvester_net.topology.svg import LONGEST, svg
from tests import objects

from ...sites import Size, site
from .snapshots import cluster
from .test_topology import FULL

NS = "{http://www.w3.org/2000/svg}"
Rectangle = tuple[int, int, int, int]


def drawn(snapshot: Snapshot) -> ElementTree.Element:
    return ElementTree.fromstring(svg(topology(snapshot)))


def large() -> Snapshot:
    found = site(Size(nodes=30, vms=400, networks=200, rack=5))
    return Snapshot({kind: {key_of(o): o for o in items} for kind, items in found.items()})


def rectangles(root: ElementTree.Element) -> list[Rectangle]:
    """The boxes as left, top, right and bottom."""
    found = []
    for rect in root.findall(f"{NS}g/{NS}rect"):
        x, y, width, height = (int(rect.attrib[n]) for n in ("x", "y", "width", "height"))
        found.append((x, y, x + width, y + height))
    return found


def overlap(one: Rectangle, other: Rectangle) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def test_all_that_is_there_is_drawn() -> None:
    root = drawn(FULL)
    titles = [group.findtext(f"{NS}title") for group in root.findall(f"{NS}g")]
    assert titles == [
        "of the hosts · set on the host: eno1 · node1",
        "backup · VLAN 400, dhcp · on node1 … node3 (3), witness",
        "rack-a · 802.3ad: eno2, eno3 · node1, node2",
        "not on node3",
        "storage-network · VLAN 300 · 10.7.0.0/22",
        "iscsi · VLAN 401, static · on node1, node2",
        "default/all · untagged, VLANs 2-3,400",
        "default/flat · untagged",
        "default/web · VLAN 100 · 4 VMs: default/a, default/b, default/c and 1 more",
        "default/lost · on cluster network gone, which is not there",
        "default/other · a network of CNI type 'macvlan'",
        "default/over · an overlay network of kube-ovn",
    ]
    missing = [g.findtext(f"{NS}title") for g in root.iter() if g.get("class") == "missing"]
    assert missing == [titles[3], *titles[-3:]]
    hosts = [g.findtext(f"{NS}title") for g in root.iter() if g.get("class") == "host"]
    assert hosts == [titles[1], titles[5]]
    words = root.findtext(f"{NS}desc") or ""
    assert "1 uplink, 3 VM networks, Setting storage-network, host network iscsi" in words


def test_a_large_site_fits_and_nothing_lies_on_top_of_anything_else() -> None:
    root = drawn(large())
    boxes = rectangles(root)
    assert len(boxes) == 1 + 6 + 200 + 1 + 1
    assert not any(overlap(one, other) for one, other in combinations(boxes, 2))
    width, height = int(root.attrib["width"]), int(root.attrib["height"])
    assert all(right < width and bottom < height for _, _, right, bottom in boxes)
    lines = [text.text or "" for text in root.iter(f"{NS}text")]
    assert max(map(len, lines)) <= LONGEST


def test_words_of_others_are_text_and_nothing_else() -> None:
    hostile = '</title><script>alert("1")</script>&amp;'
    config = objects.config("a", nodes=["node1"], uplink={"nics": [hostile]})
    root = drawn(cluster(config))
    assert not list(root.iter(f"{NS}script"))
    titles = [title.text or "" for title in root.iter(f"{NS}title")]
    assert any(hostile in title for title in titles)


def test_the_same_bytes() -> None:
    assert svg(topology(large())) == svg(topology(large()))
