"""Creations: whole and broken bodies, names, namespaces, and what schemas refuse."""

from __future__ import annotations

from harvester_net.lab.apiserver.objects import Object
from lab.tests.running.conformance.step import (
    API,
    EVERYWHERE,
    GADGETS,
    GROUP,
    RACKS,
    Step,
    gadget,
    rack,
)


def with_spec(**fields: object) -> Object:
    return gadget(spec={"uplink": {"nics": ["a"]}} | fields)


def with_uplink(**fields: object) -> Object:
    return gadget(spec={"uplink": {"nics": ["a"]} | fields})


def _invalid(name: str, obj: Object) -> Step:
    return Step(name, "POST", GADGETS, obj)


CREATION = (
    Step("one", "POST", GADGETS, gadget("one")),
    Step("one again", "POST", GADGETS, gadget("one")),
    Step(
        "without spec",
        "POST",
        GADGETS,
        {"apiVersion": API, "kind": "Gadget", "metadata": {"name": "nospec"}},
    ),
    Step(
        "dry run",
        "POST",
        f"{GADGETS}?dryRun=All",
        gadget(
            "dry",
            spec={
                "uplink": {"nics": ["a"], "extra": 1},
                "other": 2,
                "note": None,
                "port": "80",
                "free": {"x": 1},
                "paused": None,
                "tags": {"a": "b"},
            },
        ),
    ),
    Step("dry run leaves nothing", "GET", f"{GADGETS}/dry"),
    Step("unknown dry run", "POST", f"{GADGETS}?dryRun=Some", gadget("dry")),
    Step(
        "strict",
        "POST",
        f"{GADGETS}?dryRun=All&fieldValidation=Strict",
        gadget("dry", spec={"uplink": {"nics": ["a"], "extra": 1}, "other": 2}),
    ),
    Step(
        "generated name",
        "POST",
        GADGETS,
        {"apiVersion": API, "kind": "Gadget", "metadata": {"generateName": "made-"}},
    ),
    Step("no name", "POST", GADGETS, {"apiVersion": API, "kind": "Gadget", "metadata": {}}),
    Step("bad name", "POST", GADGETS, gadget("Bad_Name")),
    Step("bad labels", "POST", GADGETS, gadget("x", labels={"x y": "b c"})),
    Step("label that is no text", "POST", GADGETS, gadget("x", labels={"a": 1})),
    Step(
        "name that is no text",
        "POST",
        GADGETS,
        {"apiVersion": API, "kind": "Gadget", "metadata": {"name": True}},
    ),
    Step("bad owner", "POST", GADGETS, gadget("x", ownerReferences=[{"name": "x"}])),
    Step("given version", "POST", GADGETS, gadget("x", resourceVersion="5")),
    Step(
        "what only the server sets",
        "POST",
        RACKS,
        rack("r1")
        | {
            "junk": 1,
            "metadata": {
                "name": "r1",
                "uid": "abc",
                "generation": 7,
                "namespace": "x",
                "creationTimestamp": "2020-01-01T00:00:00Z",
            },
        },
    ),
    Step("status without subresource", "POST", RACKS, rack("r2", status={"ready": True})),
    Step("other kind", "POST", GADGETS, rack("x")),
    Step("other version", "POST", GADGETS, gadget("x") | {"apiVersion": f"{GROUP}/v2"}),
    Step("no version", "POST", GADGETS, {"kind": "Gadget", "metadata": {"name": "x"}}),
    Step("no kind", "POST", GADGETS, {"apiVersion": API, "metadata": {"name": "x"}}),
    Step("no JSON", "POST", GADGETS, b"{nope"),
    Step("no body", "POST", GADGETS, b""),
    Step("no object", "POST", GADGETS, b"[]"),
    Step("plain text", "POST", GADGETS, b"a: b", "text/plain"),
    Step(
        "YAML",
        "POST",
        RACKS,
        f"apiVersion: {API}\nkind: Rack\nmetadata: {{name: r3}}".encode(),
        "application/yaml",
    ),
    Step("other namespace", "POST", GADGETS, gadget("x", namespace="other")),
    Step("no namespace", "POST", EVERYWHERE, gadget("x")),
    Step("unknown namespace", "POST", f"/apis/{API}/namespaces/nowhere/gadgets", gadget("x")),
    Step("to an object's path", "POST", f"{GADGETS}/one", gadget("one")),
)

SCHEMA = (
    _invalid("required", with_uplink(nics=None)),
    _invalid("required above", gadget(spec={})),
    _invalid("too few items", with_uplink(nics=[])),
    _invalid("too many items", with_uplink(nics=["a", "b", "c", "d"])),
    _invalid("unsupported value", with_uplink(mode="x")),
    _invalid("text for a number", with_uplink(mtu="x")),
    _invalid("fraction", with_uplink(mtu=1.5)),
    _invalid("too small", with_uplink(mtu=-1)),
    _invalid("too large", with_uplink(mtu=9001)),
    _invalid("number in a list", with_uplink(nics=["a", 3])),
    _invalid("text for a list", with_uplink(nics="a")),
    _invalid("list for an object", gadget(spec={"uplink": ["a"]})),
    _invalid("too short", with_spec(alias="a")),
    _invalid("too long", with_spec(alias="aaaaaaa")),
    _invalid("not matching", with_spec(alias="A1")),
    _invalid("neither number nor text", with_spec(port=True)),
    _invalid("number in a map", with_spec(tags={"a": 1})),
    _invalid("text for a flag", with_spec(paused="yes")),
    _invalid("text for a fraction", with_spec(ratio="yes")),
    _invalid("no time", with_spec(when="yes")),
    _invalid("several", with_spec(note=3, alias="A", vlan=0)),
    _invalid("duplicate", with_spec(routes=[{"to": "a"}, {"to": "a"}])),
    _invalid("null is left out", with_spec(vlan=None)),
)
