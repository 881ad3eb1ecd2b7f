"""Objects, lists, pages, selectors and watches."""

from __future__ import annotations

from lab.tests.running.conformance.step import EVERYWHERE, GADGETS, SPACE, Said, Step


def _watch(name: str, query: str) -> Step:
    return Step(name, "GET", f"{GADGETS}?watch=true&timeoutSeconds=1&{query}")


def _select(selector: str) -> Step:
    return Step(f"select {selector}", "GET", f"{GADGETS}?labelSelector={selector}")


def _continued(said: Said) -> str:
    return f"{GADGETS}?limit=1&continue={said['first page']['metadata']['continue']}"


READING = (
    Step("get", "GET", f"{GADGETS}/one"),
    Step("get of what is missing", "GET", f"{GADGETS}/nope"),
    Step("get without namespace", "GET", f"{EVERYWHERE}/one"),
    Step("list", "GET", GADGETS),
    Step("list everywhere", "GET", EVERYWHERE),
    Step("first page", "GET", f"{GADGETS}?limit=1"),
    Step("second page", "GET", _continued),
    Step("bad token", "GET", f"{GADGETS}?limit=1&continue=bogus"),
    Step("bad limit", "GET", f"{GADGETS}?limit=x"),
    Step("bad version", "GET", f"{GADGETS}?resourceVersion=abc"),
    Step("version to come", "GET", f"{GADGETS}?resourceVersion=99999999"),
    Step("exact version of none", "GET", f"{GADGETS}?resourceVersionMatch=Exact"),
    *(
        _select(text)
        for text in (
            "app=x",
            "app%3D%3Dx,!b",
            "app!=x",
            "app+in+(x,y)",
            "app+notin+(x)",
            "app",
            "!app",
            "a>0",
            "a<0",
            "a+in+()",
            "a+in+b",
            "a+in+(b",
            "a===b",
            "(",
            "a+b",
            "a!=",
            "a=sp+ce",
            "-a",
            "a<x",
            "a,,b",
            "!",
            ",",
            "a=-b",
        )
    ),
    Step("by name", "GET", f"{GADGETS}?fieldSelector=metadata.name%3Done"),
    Step("by other name", "GET", f"{GADGETS}?fieldSelector=metadata.name!%3Done"),
    Step("by unknown field", "GET", f"{GADGETS}?fieldSelector=spec.x%3D1"),
    Step("by no field", "GET", f"{GADGETS}?fieldSelector=spec"),
    Step("by two values", "GET", f"{GADGETS}?fieldSelector=metadata.name%3Da%3Db"),
    Step(
        "pods by node",
        "GET",
        f"/api/v1/namespaces/{SPACE}/pods?fieldSelector=spec.nodeName%3Dx",
    ),
    _watch("watch from now", "labelSelector=app"),
    _watch("watch with bookmark", "labelSelector=none&allowWatchBookmarks=true"),
    _watch("watch of a bad version", "resourceVersion=abc"),
    _watch("watch with a bad selector", "labelSelector=("),
)
