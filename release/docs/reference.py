"""A page for each resource, component and function, from the schema: what Pulumi's Registry
shows, for the site of these docs.

Properties are named as in the schema; the examples show each language side by side.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]

PACKAGE = "harvester-net:index:"
TYPES = "types.md"
CONFIGURATION = "configuration.md"
LANGUAGES = {
    "python": "Python",
    "typescript": "TypeScript",
    "go": "Go",
    "yaml": "YAML",
    "csharp": "C#",
    "java": "Java",
}
"""In the order of the tabs."""

_CODE = re.compile(r"```(\w+)\n(.*?)\n```", re.DOTALL)
_EXAMPLE = re.compile(
    r"{{% example %}}\n### (?P<title>.*?)\n(?P<code>.*?){{% /example %}}", re.DOTALL
)
_EXAMPLES = re.compile(r"{{% examples %}}.*{{% /examples %}}\n?", re.DOTALL)
_PROPERTY = re.compile(r"`?{{% ref #/[^%]*?/(?P<name>\w+) %}}`?")
_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")


def pages(schema: Schema) -> dict[str, str]:
    """The text of each page, by the name of its file."""
    made = {"index.md": _index(schema)}
    for token, resource in schema["resources"].items():
        made[_file(token)] = _page(token, resource, _inputs(resource), _outputs(resource))
    for token, function in schema["functions"].items():
        inputs, outputs = (function.get(side, {}) for side in ("inputs", "outputs"))
        made[_file(token)] = _page(token, function, inputs, outputs)
    made[TYPES] = _types(schema["types"])
    made[CONFIGURATION] = _configuration(schema)
    return made


def groups(schema: Schema) -> dict[str, list[tuple[str, str]]]:
    """What there is, under the headings of the index: pairs of name and file."""
    parts: dict[str, list[tuple[str, str]]] = {
        "Resources": [],
        "Components": [],
        "Functions": [],
    }
    for token, resource in schema["resources"].items():
        group = "Components" if resource.get("isComponent") else "Resources"
        parts[group].append((_name(token), _file(token)))
    for token in schema["functions"]:
        parts["Functions"].append((_name(token), _file(token)))
    return parts


def _index(schema: Schema) -> str:
    described = schema["resources"] | schema["functions"]
    lines = [
        "# Reference",
        "",
        "Properties have the names of the schema here. In Python they have underscores"
        " (`clusterNetwork` is `cluster_network`), in Go and C# a capital letter.",
    ]
    for title, found in groups(schema).items():
        lines += ["", f"## {title}", "", "| | |", "|---|---|"]
        for name, file in found:
            first = _plain(described[PACKAGE + name]["description"]).split("\n\n")[0]
            lines.append(f"| [{name}]({file}) | {_cell(first)} |")
    lines += [
        "",
        f"[What the provider can be told]({CONFIGURATION}), and"
        f" [the types of properties]({TYPES}).",
    ]
    return "\n".join(lines) + "\n"


def _page(token: str, described: Schema, inputs: Schema, outputs: Schema) -> str:
    text = described["description"]
    about = _plain(_EXAMPLES.sub("", text)).strip()
    intro, importing, how = about.partition("## Import")
    lines = [f"# {_name(token)}", "", intro.strip()]
    for example in _EXAMPLE.finditer(text):
        lines += ["", f"## {example['title']}", "", *_tabs(example["code"])]
    lines += ["", "## Inputs", "", *_properties(inputs)]
    lines += ["", "## Outputs", "", *_properties(outputs)]
    if importing:
        lines += ["", importing, "", how.strip()]
    lines += ["", f"`{token}`"]
    return "\n".join(lines) + "\n"


def _tabs(code: str) -> Iterator[str]:
    by_language = dict(_CODE.findall(code))
    for language, title in LANGUAGES.items():
        if language in by_language:
            yield f'=== "{title}"'
            yield ""
            fenced = f"```{language}\n{by_language[language]}\n```"
            yield from (f"    {line}".rstrip() for line in fenced.splitlines())
            yield ""


def _inputs(resource: Schema) -> Schema:
    return {
        "properties": resource.get("inputProperties", {}),
        "required": resource.get("requiredInputs", []),
    }


def _outputs(resource: Schema) -> Schema:
    """Those that are no inputs as well: inputs are outputs in every Pulumi package."""
    inputs = resource.get("inputProperties", {})
    found = {n: p for n, p in resource.get("properties", {}).items() if n not in inputs}
    return {"properties": found, "required": found}


def _properties(about: Schema) -> Iterator[str]:
    """Each property with its type, whether it must be given, and whether it replaces; first
    those that must be given.
    """
    if not about.get("properties"):
        yield "None."
        return
    required = set(about.get("required", ()))
    for name, one in sorted(about["properties"].items(), key=lambda p: p[0] not in required):
        words = [_type(one)]
        if name not in required:
            words.append("optional")
        if one.get("willReplaceOnChanges"):
            words.append("a change replaces")
        if one.get("secret"):
            words.append("secret")
        yield f"`{name}`"
        yield f":   {', '.join(words)}"
        yield ""
        text = _plain(one.get("description", "")).strip()
        yield from (f"    {line}".rstrip() for line in text.splitlines())
        yield ""


def _type(one: Schema) -> str:
    if "oneOf" in one:
        return " or ".join(_type(each) for each in one["oneOf"])
    if reference := one.get("$ref"):
        return _reference(reference)
    if one.get("type") == "array":
        return f"list of {_type(one['items'])}"
    if one.get("type") == "object":
        return f"map of {_type(one['additionalProperties'])} by name"
    return str(one["type"])


def _reference(reference: str) -> str:
    place, token = reference.removeprefix("#/").split("/", 1)
    name = _name(token)
    if place == "types":
        return f"[{name}]({TYPES}#{name.lower()})"
    return f"[{name}]({_file(token)})"


def _types(types: dict[str, Schema]) -> str:
    lines = ["# Types"]
    for token, one in types.items():
        lines += ["", f"## {_name(token)}", "", _plain(one.get("description", "")), ""]
        if "enum" in one:
            for value in one["enum"]:
                lines += [f"`{value['value']}`", f":   {_plain(value['description'])}", ""]
        else:
            lines += _properties(one)
    return "\n".join(lines) + "\n"


def _configuration(schema: Schema) -> str:
    provider = schema["provider"]
    lines = [
        "# Provider",
        "",
        provider["description"],
        "",
        "Each is a setting of the stack, `pulumi config set harvester-net:NAME VALUE`, and an"
        " argument of the class `Provider`.",
        "",
        *_properties(_inputs(provider)),
    ]
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    """Properties that the Registry spells as in each language have the schema's names here."""
    return _PROPERTY.sub(r"`\g<name>`", text)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _name(token: str) -> str:
    return token.removeprefix(PACKAGE)


def _file(token: str) -> str:
    """`VmNetwork` is at `vm-network.md`."""
    return _WORD.sub("-", _name(token)).lower() + ".md"
