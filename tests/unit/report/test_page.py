"""The page: what is in it, how it is built, and that no text of a cluster leaves its place."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvester_net.cluster.resources import VLAN_STATUS, VMI, key_of
from harvester_net.harvester.snapshot import Snapshot
from harvester_net.report.page import page
from harvester_net.report.subject import Subject
from tests import objects

from ...sites import Size, site
from ..fuzzed import fuzzed
from ..hostile_texts import HOSTILE
from ..review.documented import LAB
from ..review.recordings import NAMES, preview
from ..topology.snapshots import cluster, network
from ..topology.test_topology import FULL

VOID = {"meta", "br", "hr", "img", "input", "link"}
SECTIONS = ["glance", "findings", "picture", "coverage", "networks", "vm-networks", "vms"]
SECTIONS += ["ports", "settings"]


class Read(HTMLParser):
    """A page as a browser finds it: elements with their attributes and texts, well nested."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self.texts.setdefault(tag, []).append("")
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        for tag in set(self._open):
            self.texts[tag][-1] += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]

    @property
    def shape(self) -> list[tuple[str, frozenset[str]]]:
        """The elements with the names of their attributes, in order."""
        return [(tag, frozenset(attributes)) for tag, attributes in self.found]


def large() -> Snapshot:
    found = site(Size(nodes=30, vms=400, networks=200, rack=5))
    return Snapshot({kind: {key_of(o): o for o in items} for kind, items in found.items()})


SUBJECTS = {
    "small": Subject("Read from a file.", FULL),
    "large": Subject("Read from a file.", large()),
    "empty": Subject("Read from a file.", Snapshot({})),
    **{name: Subject("Read from a cluster.", LAB, (), preview(name)) for name in NAMES},
    "offline": Subject("Read from the preview alone.", None, (), preview("create")),
}


@pytest.fixture(scope="module", params=SUBJECTS)
def read(request: pytest.FixtureRequest) -> Read:
    return Read(page(SUBJECTS[request.param]))


def test_it_loads_and_runs_nothing(read: Read) -> None:
    tags = {tag for tag, _ in read.found}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "base", "form"}
    names = {name for _, attributes in read.found for name in attributes}
    assert not any(name.startswith("on") for name in names)
    assert "src" not in names
    assert all(str(a["href"]).startswith("#") for a in read.all("a"))
    assert "url(" not in read.texts["style"][0]
    assert "@import" not in read.texts["style"][0]
    [policy] = [it for it in read.all("meta") if it.get("http-equiv")]
    assert str(policy["content"]).startswith("default-src 'none'; style-src 'unsafe-inline'")


def test_it_has_a_language_a_title_landmarks_and_a_way_past_the_contents(read: Read) -> None:
    assert read.all("html") == [{"lang": "en"}]
    assert read.texts["title"][0] == read.texts["h1"][0] != ""
    for landmark in ("header", "nav", "main", "footer", "h1"):
        assert len(read.all(landmark)) == 1
    first, *_ = read.all("a")
    assert (first["class"], first["href"]) == ("skip", "#content")
    assert [it["id"] for it in read.all("main")] == ["content"]


def test_headings_leave_no_level_out(read: Read) -> None:
    levels = [int(tag[1]) for tag, _ in read.found if tag in ("h1", "h2", "h3")]
    assert levels[0] == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))


def test_every_link_and_every_label_leads_somewhere_once(read: Read) -> None:
    ids = [attributes["id"] for _, attributes in read.found if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = [str(a["href"])[1:] for a in read.all("a")]
    labels = [it for _, a in read.found for it in str(a.get("aria-labelledby") or "").split()]
    assert set(links) | set(labels) <= set(ids)
    assert len(links) == 1 + len(read.all("section"))


def test_tables_say_what_their_headings_are_about(read: Read) -> None:
    assert all(th["scope"] in ("col", "row") for th in read.all("th"))
    assert len(read.all("caption")) == len(read.all("table"))
    rows = len(read.all("tr"))
    assert sum(th["scope"] == "row" for th in read.all("th")) == rows - len(read.all("table"))
    # What scrolls for itself is reached by the keyboard, and has a name.
    scrolling = [a for a in read.all("div") if a.get("class") == "scroll"]
    assert all(a["tabindex"] == "0" and a["aria-label"] for a in scrolling)
    assert len(scrolling) == len(read.all("table")) + 1


def test_the_picture_is_said_in_words(read: Read) -> None:
    [svg] = read.all("svg")
    assert svg["role"] == "img"
    assert read.all("desc")[0]["id"] in str(svg["aria-labelledby"]).split()


def test_all_sections_are_there_in_their_order() -> None:
    read = Read(page(SUBJECTS["small"]))
    assert [it["id"] for it in read.all("section")] == SECTIONS
    planned = Read(page(SUBJECTS["vlan"]))
    assert [it["id"] for it in planned.all("section")] == ["changes", *SECTIONS]
    alone = Read(page(SUBJECTS["offline"]))
    without = [it for it in SECTIONS if it != "findings"]
    assert [it["id"] for it in alone.all("section")] == ["changes", *without]


def cells(text: str) -> list[str]:
    read = Read(text)
    return [*read.texts.get("td", []), *read.texts.get("th", [])]


def test_what_is_known_is_in_it() -> None:
    text = page(SUBJECTS["small"])
    assert {"default/web", "VLAN 100", "LACP (802.3ad)", "10.7.0.0/22"} <= set(cells(text))
    assert {"not on it", "default/d"} <= set(cells(text))
    assert "none: a network of CNI type 'macvlan'" in cells(text)
    assert {"iscsi", "VLAN 401, static", "on node1, node2"} <= set(cells(text))
    assert "3 VM networks, 1 host network, storage-network" in cells(text)


def test_a_preview_is_in_it_whole() -> None:
    text, read = page(SUBJECTS["mtu"]), Read(page(SUBJECTS["mtu"]))
    [verdict] = [a for a in read.all("p") if str(a.get("class")).startswith("verdict")]
    assert verdict["class"] == "verdict beware"
    assert "40 VMs stop and start again, the storage network is down meanwhile" in text
    assert "HARVESTER_NET_REVIEWED_PLAN=7ceef1d5aafe-40-88 pulumi up --stack dev" in text
    assert read.texts["li"].count("stop VM default/db-40 (Always)") == 1
    assert {"default/db-40", "mtu: 1500 → 9000", "MTU 1500 -> 9000, frames of 9022 bytes"} <= {
        *cells(text)
    }


def test_what_changes_is_said_in_words_where_anything_does() -> None:
    changed = cells(page(SUBJECTS["vlan"]))
    assert "VLAN 200 → VLAN 201" in changed
    assert changed.count("changed") == 1
    assert "Change" not in cells(page(SUBJECTS["small"]))
    assert "pulumi up" not in page(SUBJECTS["refused"])


def test_what_nobody_looked_at_is_not_counted_as_none() -> None:
    numbers = Read(page(SUBJECTS["offline"])).texts["dd"]
    assert [numbers[0], *numbers[4:6]] == ["not known"] * 3
    assert "The VMs were not looked at." in page(SUBJECTS["offline"])


def test_nodes_and_states_of_vms_are_told_where_they_are_known() -> None:
    vm = objects.vm("a", "default/web") | {"status": {"printableStatus": "Running"}}
    vmi = objects.vmi("a", "default/web", node="node7")
    seen = cluster(network("web", vlan=100), vm)
    alone = set(cells(page(Subject("", seen))))
    assert {"Running", "default/a"} <= alone
    assert not {"Owner", "node7"} & alone
    both = Snapshot({**seen.objects, VMI: {"default/a": vmi}})
    assert "node7" in cells(page(Subject("", both)))


@pytest.mark.parametrize("name", SUBJECTS)
def test_the_same_bytes_whatever_the_order_of_objects(name: str) -> None:
    subject = SUBJECTS[name]
    if subject.seen is None:
        assert page(subject) == page(Subject(subject.source, None, (), subject.preview))
        return
    backwards = Snapshot(
        {kind: dict(reversed(list(of.items()))) for kind, of in subject.seen.objects.items()}
    )
    again = Subject(subject.source, backwards, (), subject.preview)
    assert page(again) == page(subject)


def hostile(text: str) -> Snapshot:
    """A cluster that has a text wherever others may write one."""
    uplink = {"nics": [text, "eno2"], "bondOptions": {"mode": text}}
    config = objects.config("b", nodes=["node3", text], uplink=uplink)
    status = objects.vlan_status("b", "node3", text)
    vm = objects.vm("a", "default/web") | {"status": {"printableStatus": text}}
    vm["metadata"]["labels"] = {"harvesterhci.io/creator": text}
    kept = objects.cluster_network("more")
    kept["metadata"]["annotations"] = {"argocd.argoproj.io/tracking-id": text}
    seen = cluster(
        network("web", vlan=100),
        network("other", type=text),
        config,
        vm,
        kept,
        objects.host_network(text, spec={"mode": text}),
        objects.setting("storage-network", text),
        objects.setting("rwx-network", json.dumps({"network": text})),
        version=text,
    )
    return Snapshot({**seen.objects, VLAN_STATUS: {key_of(status): status}})


HARMLESS = Read(page(Subject("x", hostile("x"), ("x",)))).shape


@fuzzed
@given(st.sampled_from(HOSTILE) | st.text(min_size=1, max_size=40))
def test_no_text_of_a_cluster_makes_an_element_fuzzed(text: str) -> None:
    read = Read(page(Subject(text, hostile(text), (text,))))
    allowed = {tag for tag, _ in HARMLESS}
    assert {tag for tag, _ in read.found} <= allowed | {"code", "span", "strong", "ul", "li"}
    assert {names for _, names in read.shape} <= {names for _, names in HARMLESS}
    assert [it["id"] for it in read.all("section")] == SECTIONS
    assert [it["href"] for it in read.all("a")] == ["#content", *(f"#{it}" for it in SECTIONS)]
