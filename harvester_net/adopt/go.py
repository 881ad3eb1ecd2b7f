"""The program in Go. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .go_values import AS_IT_IS, arguments, name_of, plain, text_of, type_of, value_of
from .layout import Brackets, Node, laid_out, prefixed
from .program import (
    SPECS,
    After,
    Column,
    Loop,
    Program,
    Resource,
    Section,
    Share,
    Single,
    Statement,
    Value,
    Variable,
    nested,
)
from .texts import comment, literal

PACKAGE = "github.com/harvester-net/pulumi-harvester-net/sdk/go/harvesternet"
WIDTH = 95
HEAD = """\
package main

import (
{imports}
)

func main() {{
	pulumi.Run(func(ctx *pulumi.Context) error {{
"""
TAIL = """\
		return nil
	})
}
"""
ABOVE = "\t\t"


def go(program: Program) -> str:
    """The text of ``main.go``."""
    body = "\n\n".join("\n".join(_section(each)) for each in program.sections)
    needed = ['"fmt"\n'] if "fmt.Sprintf(" in body else []
    needed += [f'hn "{PACKAGE}"', '"github.com/pulumi/pulumi/sdk/v3/go/pulumi"']
    imports = "\n".join(f"\t{line}" for line in needed)
    return f"{HEAD.format(imports=imports)}{body}\n\n{TAIL}"


def _section(section: Section) -> Iterator[str]:
    yield from comment("// ---", [section.heading], WIDTH, ABOVE)
    for statement in section.statements:
        yield from _statement(statement)


def _statement(statement: Statement) -> Iterator[str]:
    if isinstance(statement, Share):
        model = nested(SPECS[statement.kind], statement.property)
        value = value_of(statement.value, model, AS_IT_IS)
        yield _laid(prefixed(f"{name_of(statement.variable)} := ", value), ABOVE)
    elif isinstance(statement, After):
        yield from _after(statement)
    elif isinstance(statement, Single):
        yield from comment("//", statement.comments, WIDTH, ABOVE)
        yield from _single(statement.resource, statement.variable)
    else:
        yield from comment("//", statement.comments, WIDTH, ABOVE)
        yield from _loop(statement)


def _single(resource: Resource, variable: Variable | None) -> Iterator[str]:
    if variable is None:
        yield from _tried("_", resource, ABOVE)
        return
    yield _laid(prefixed(f"{name_of(variable)}, err := ", _resource(resource)), ABOVE)
    yield from _on_error(ABOVE)


def _tried(target: str, resource: Resource, above: str) -> Iterator[str]:
    call = laid_out(prefixed(f"if {target}, err := ", _resource(resource)), WIDTH, "\t", above)
    yield f"{call}; err != nil {{"
    yield f"{above}\treturn err"
    yield f"{above}}}"


def _on_error(above: str) -> Iterator[str]:
    yield f"{above}if err != nil {{"
    yield f"{above}\treturn err"
    yield f"{above}}}"


def _loop(loop: Loop) -> Iterator[str]:
    fields = "; ".join(
        f"{name_of(column)} {type_of(value)}"
        for column, value in zip(loop.columns, loop.rows[0], strict=True)
    )
    rows = [_row(row) for row in loop.rows]
    inner = f"{ABOVE}\t"
    if loop.variable is not None:
        yield f"{ABOVE}var {name_of(loop.variable)} []pulumi.Resource"
    each = Brackets(f"for _, each := range []struct{{ {fields} }}{{", rows, "}")
    yield laid_out(each, WIDTH, "\t", ABOVE) + " {"
    if loop.variable is None:
        yield from _tried("_", loop.resource, inner)
    else:
        yield _laid(prefixed("made, err := ", _resource(loop.resource)), inner)
        yield from _on_error(inner)
        name = name_of(loop.variable)
        yield f"{inner}{name} = append({name}, made)"
    yield f"{ABOVE}}}"


def _row(row: Sequence[Value]) -> Node:
    return Brackets("{", [plain(value) for value in row], "}")


def _after(after: After) -> Iterator[str]:
    name = name_of(after.variable)
    singles = Brackets("[]pulumi.Resource{", [name_of(v) for v in after.singles], "}")
    if not after.singles and len(after.lists) == 1:
        yield f"{ABOVE}{name} := pulumi.DependsOn({name_of(after.lists[0])})"
        return
    configs: Node = singles
    for each in after.lists:
        configs = Brackets("append(", [configs, f"{name_of(each)}..."], ")")
    yield _laid(Brackets(f"{name} := pulumi.DependsOn(", [configs], ")"), ABOVE)


def _resource(resource: Resource) -> Node:
    spec = SPECS[resource.kind]
    args = Brackets(f"&hn.{resource.kind}Args{{", arguments(resource.args, spec), "}")
    name = resource.name
    items: list[Node] = [
        "ctx",
        text_of(name) if isinstance(name, Column) else literal(name),
        args,
    ]
    if resource.after is not None:
        items.append(name_of(resource.after))
    return Brackets(f"hn.New{resource.kind}(", items, ")")


def _laid(node: Node, above: str) -> str:
    return laid_out(node, WIDTH, "\t", above)
