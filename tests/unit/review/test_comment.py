"""Whole comments: those of the documentation, their sizes, and words of others in them."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from harvester_net.review.blocks import size
from harvester_net.review.comment import comment
from harvester_net.review.fingerprint import fingerprint
from harvester_net.review.form import MOST, MOST_WITHOUT_HTML, Form
from harvester_net.review.look import Seat, Seen
from harvester_net.review.picture import ALONE, PORTS
from harvester_net.review.preview import Change, Diagnostic, Operation, Preview
from harvester_net.review.reading import previews
from harvester_net.topology.diagram import MOST_BRIEFLY
from harvester_net.urns import Urn

from .documented import LAB, PLACE, comments
from .recordings import NAMES, many, preview, text

PICTURE = "```mermaid\nflowchart LR\n"
PARSER = MarkdownIt("commonmark").enable("table")
EVIL = "`|@team\n\n![x](http://evil/x.png)<img src=y></details><!-- # \u202e **bold** [a](b)"


@pytest.mark.parametrize("file", sorted(comments()))
def test_the_comments_of_the_documentation_are_up_to_date(file: str) -> None:
    assert (PLACE / file).read_text() == comments()[file], (
        "run python -m tests.unit.review.documented"
    )


def test_no_other_comment_is_in_the_documentation() -> None:
    assert {file.name for file in PLACE.glob("*.md")} == {"README.md", *comments()}


def test_the_documentation_tells_their_sizes() -> None:
    told = re.findall(
        r"^\| \[(\S+)\].* \| ([\d,]+) \|$", (PLACE / "README.md").read_text(), re.M
    )
    sizes = {name: f"{size(text):,}" for name, text in comments().items()}
    assert dict(told) == sizes


def test_a_plan_that_interrupts_is_carried_out_by_its_id_alone() -> None:
    command = "`HARVESTER_NET_REVIEWED_PLAN=7ceef1d5aafe-40-88 pulumi up --stack dev`"
    for form in ("json", "jsonl"):
        assert f"It is carried out by {command}, which refuses" in comment(
            preview("mtu", form)
        )
    refused = comment(preview("refused"))
    assert "pulumi up" not in refused
    assert ": 88 steps, plan id 7ceef1d5aafe-40-88<" in refused


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_what_somebody_changed_past_pulumi_is_a_warning(form: str) -> None:
    written = comment(preview("drift", form))
    assert "- `vm200`: changed since the last up: vlan: 200 → 250\n" in written
    assert "| ~ update | VmNetwork | `vm200` | vlan: 250 → 201 |" in written


def test_what_the_plugin_tells_is_a_note() -> None:
    written = comment(preview("create")).partition("<summary>Notes</summary>")[2]
    assert "- `storage`: addresses of 192.168.0.0/24: 254 available, 12 needed" in written


def test_nothing_changes_in_one_line() -> None:
    assert comment(preview("nothing")) == (
        "<!-- harvester-net review networks/dev -->\n✅ **Nothing changes.** `networks/dev`\n"
    )


def urn(kind: str) -> Urn:
    return Urn("dev", "networks", f"harvester-net:index:{kind}", "it")


def test_the_size_does_not_grow_with_the_number_of_networks_that_are_alike() -> None:
    assert size(comments()["1000-networks.md"]) < 4_000
    assert "`net-0000` … `net-0999` (1000)" in comments()["1000-networks.md"]


@pytest.mark.parametrize(
    ("limit", "html"), [(MOST, True), (MOST_WITHOUT_HTML, False), (2_000, True)]
)
def test_two_thousand_different_changes_keep_the_limit(limit: int, html: bool) -> None:
    (found,) = previews(many("vlan", "vm200", 2_000))
    written = comment(found, Form(limit, html))
    assert size(written) <= limit
    rows = re.findall(r"^\| ~ update \| VmNetwork \| `net-\d+` \| .* \|$", written, re.M)
    left_out = re.search(r"_Left out, for a comment has at most (\d+) .*: (\d+) rows", written)
    assert left_out is not None
    assert (int(left_out[1]), len(rows) + int(left_out[2])) == (limit, 2_000)
    assert f"Hash of what was reviewed: `{fingerprint(found)}`" in written


@pytest.mark.parametrize("name", NAMES)
def test_the_same_preview_gives_the_same_bytes(name: str) -> None:
    assert comment(preview(name)) == comment(preview(name))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("html", [True, False])
def test_folds_are_closed_and_only_there_where_they_are_understood(
    name: str, html: bool
) -> None:
    written = comment(preview(name), Form(html=html))
    assert written.count("<details>") == written.count("</details>")
    assert html or "<" not in written.replace("\\<", "")


def test_the_rows_of_the_table_are_rows() -> None:
    tokens = PARSER.parse(comment(preview("mtu")))
    assert [token.type for token in tokens].count("tr_open") == 1 + 3 + 1 + 1
    assert [token.type for token in tokens].count("ordered_list_open") == 1


def test_nodes_and_owners_are_told_if_somebody_looked() -> None:
    seats = {"default/db-01": Seat("node1", "team <blue>"), "default/db-02": Seat("node2")}
    written = comment(preview("mtu"), seen=Seen(seats))
    assert "- `default/db-01` on `node1`, of team \\<blue>\n" in written
    assert "- `default/db-02` on `node2`\n" in written
    assert "- `default/db-03`\n" in written


def test_why_nobody_could_look_is_said() -> None:
    why = "https://c is not reachable | @x"
    written = comment(preview("mtu"), seen=Seen(no_seats=why, no_networks=why))
    for words in ("Node and owner are not known:", "Its networks cannot be looked at:"):
        said = f"{words} https:`//`c is not reachable &#124; `@`x"
        assert written.count(said) == 1


def test_a_picture_stands_before_the_command_and_goes_before_the_plan_does() -> None:
    written = comment(preview("mtu"))
    places = ["| ~ update", "88. start VM", PICTURE, "<summary>Notes<", "carried out"]
    assert sorted(map(written.index, places)) == list(map(written.index, places))
    more = Diagnostic("info", urn("VmNetwork"), "long " * 200)
    noted = replace(preview("mtu"), diagnostics=(more,))
    without_notes = comment(noted, Form(limit=size(comment(noted)) - 1))
    assert PICTURE in without_notes
    assert "<summary>Notes<" not in without_notes
    short = comment(preview("mtu"), Form(limit=6_000))
    assert PICTURE not in short
    assert "1 picture" in short
    assert "88. start VM" in short


def test_only_what_changes_is_drawn_and_what_stays_is_counted() -> None:
    (found,) = previews(many("vlan", "vm200", 50))
    chart = comment(found).partition(PICTURE)[2].partition("```")[0]
    assert chart.count(":::changed") == MOST_BRIEFLY + 1
    assert "30 more VM networks" in chart
    assert "1 more VM network<br/>VLAN 100" in chart
    assert '"3 more uplinks"' in chart


@pytest.mark.parametrize("name", ["nothing", "refused", "wrong"])
def test_no_picture_of_what_does_not_come(name: str) -> None:
    written = comment(preview(name))
    assert PICTURE not in written
    assert PORTS not in written


def test_no_picture_where_no_html_is_understood() -> None:
    written = comment(preview("vlan"), Form(html=False))
    assert "mermaid" not in written
    assert PORTS in written


def test_a_picture_of_the_cluster_names_nodes_and_counts_vms() -> None:
    written = comment(preview("mtu"), seen=Seen(networks=LAB))
    assert ALONE not in written
    change = "MTU 1500 -> 9000, frames of 9022 bytes"
    assert f"| `node1` … `node3` (3) | `cn-data` | `eno2` | {change} |\n" in written
    assert "2 more VM networks<br/>VLANs 100,200<br/>40 VMs" in written
    alone = comment(preview("mtu"))
    assert alone.count(ALONE) == 2
    assert '40 VMs"' not in alone


def test_ports_are_folded_beyond_twenty_rows() -> None:
    def change(number: int) -> str:
        configs = [
            {"clusterNetwork": f"cn-{n}", "name": f"nc-{n}", "uplink": {"nics": [f"eno{n}"]}}
            for n in range(number)
        ]
        made = [Change(urn("NetworkConfig"), Operation.CREATE, new=it) for it in configs]
        return comment(Preview("networks", "dev", tuple(made)))

    assert f"**{PORTS}**" in change(20)
    assert f"<details><summary>{PORTS}: 21 rows</summary>\n\n" in change(21)


@pytest.mark.parametrize("name", ["refused", "create"])
def test_words_of_others_do_nothing(name: str) -> None:
    """In every text that a preview has: names, values, paths, sentences and titles."""
    evil = json.dumps(EVIL)[1:-1]
    made = text(name)
    for word in (
        "db-01",
        "eno2",
        "must be stopped",
        "vm100",
        "node1",
        "look at",
        "on cn-data",
    ):
        made = made.replace(word, f"{word}{evil}")
    (found,) = previews(made)
    written = comment(replace(found, stack=f"dev{EVIL}"))
    tokens = [
        token for outer in PARSER.parse(written) for token in (outer, *(outer.children or []))
    ]
    kinds = {token.type for token in tokens}
    assert kinds & {"image", "link_open", "html_inline"} == set()
    html = [token.content.strip() for token in tokens if token.type == "html_block"]
    known = re.compile(
        r"<!-- harvester-net review \S+ -->|</details>|<details><summary>[^<]*</summary>"
    )
    assert [block for block in html if not known.fullmatch(block)] == []
    assert len([token for token in tokens if token.type == "heading_open"]) == 1
    plain = "".join(token.content for token in tokens if token.type == "text")
    assert "@team" not in plain
    assert "\u202e" not in written
    charts = [token.content for token in tokens if token.type == "fence"]
    assert len(charts) == (name == "create")
    assert not any("<img" in chart or "`" in chart for chart in charts)
    told = "Too little is known before up of nc-1, nc-2, nc-3, vm100&#96;"
    assert written.count(told) == len(charts)


def test_the_hash_tells_whether_somebody_would_see_another_thing() -> None:
    seen = {name: fingerprint(preview(name)) for name in NAMES}
    assert len(set(seen.values())) == len(NAMES)
    assert {name: fingerprint(preview(name, "json")) for name in NAMES} == seen
    other_plan = text("mtu").replace("7ceef1d5aafe-40-88", "7ceef1d5aaff-40-88")
    assert fingerprint(previews(other_plan)[0]) != seen["mtu"]
    without_id = text("mtu").replace("plan id: ", "")
    one_more = without_id.replace("default/db-40", "default/db-41")
    assert fingerprint(previews(without_id)[0]) != fingerprint(previews(one_more)[0])
