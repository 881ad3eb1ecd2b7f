"""One custom resource definition, from the little that tells it from others."""

from __future__ import annotations

from dataclasses import dataclass

from harvester_net.lab.manifests.definitions.schema import Object, open_fields

AGE = "AGE .metadata.creationTimestamp date"


@dataclass(frozen=True)
class Group:
    """The kinds of an API group."""

    name: str
    version: str
    """That of the storage."""
    older: tuple[str, ...] = ()
    """Versions that are served too, with the same fields."""

    def kind(
        self,
        kind: str,
        schema: Object | None = None,
        *,
        namespaced: bool = True,
        plural: str = "",
        singular: str = "",
        short: str = "",
        categories: str = "",
        status: bool = False,
        columns: tuple[str, ...] = (),
    ) -> Object:
        """A definition; it takes any content if no schema is given.

        `short` and `categories` are words in one text, each of the `columns` is name, path and
        type (text if left out).
        """
        names: Object = {
            "kind": kind,
            "listKind": f"{kind}List",
            "plural": plural or _plural(kind),
            "singular": singular or kind.lower(),
        }
        if short:
            names["shortNames"] = short.split()
        if categories:
            names["categories"] = categories.split()
        common: Object = {"schema": {"openAPIV3Schema": schema or open_fields()}}
        if status:
            common["subresources"] = {"status": {}}
        if columns:
            common["additionalPrinterColumns"] = [_column(each) for each in columns]
        return {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": f"{names['plural']}.{self.name}"},
            "spec": {
                "group": self.name,
                "scope": "Namespaced" if namespaced else "Cluster",
                "names": names,
                "versions": [
                    {"name": name, "served": True, "storage": name == self.version} | common
                    for name in (self.version, *self.older)
                ],
            },
        }


def _plural(kind: str) -> str:
    return kind.lower() + ("es" if kind.endswith("s") else "s")


def _column(words: str) -> Object:
    name, path, kind = (*words.split(), "string")[:3]
    return {"name": name, "jsonPath": path, "type": kind}
