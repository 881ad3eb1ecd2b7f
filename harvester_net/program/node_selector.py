"""Which nodes a host network config is for, as arguments and as outputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from .enums import AnyNodeOperator


@pulumi.input_type
class NodeRequirementArgs:
    """What the labels of a node must be like."""

    key: pulumi.Input[str] = pulumi.property("key")
    operator: pulumi.Input[AnyNodeOperator] = pulumi.property("operator")
    label_values: pulumi.Input[Sequence[pulumi.Input[str]]] | None = pulumi.property(
        "labelValues"
    )

    def __init__(
        self,
        *,
        key: pulumi.Input[str],
        operator: pulumi.Input[AnyNodeOperator],
        label_values: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
    ) -> None:
        """What the labels of a node must be like.

        Args:
            key: The label's key.
            operator: `In` and `NotIn` compare with `label_values`; `Exists` and
                `DoesNotExist` ask only for the key.
            label_values: The values of `In` and `NotIn`: what Kubernetes calls `values`.
        """
        self.key = key
        self.operator = operator
        self.label_values = label_values


@pulumi.input_type
class NodeSelectorArgs:
    """Which nodes: those that meet all of it."""

    match_labels: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = pulumi.property(
        "matchLabels"
    )
    match_expressions: (
        pulumi.Input[Sequence[pulumi.Input[pulumi.InputType[NodeRequirementArgs]]]] | None
    ) = pulumi.property("matchExpressions")

    def __init__(
        self,
        *,
        match_labels: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
        match_expressions: pulumi.Input[
            Sequence[pulumi.Input[pulumi.InputType[NodeRequirementArgs]]]
        ]
        | None = None,
    ) -> None:
        """Which nodes.

        Args:
            match_labels: Labels that a node must have, all of them.
            match_expressions: What the labels of a node must be like, all of it.
        """
        self.match_labels = match_labels
        self.match_expressions = match_expressions


@pulumi.output_type
class NodeRequirement(dict[str, Any]):
    """What the labels of a node must be like."""

    key: str = pulumi.property("key")
    operator: str = pulumi.property("operator")
    label_values: list[str] | None = pulumi.property("labelValues")


@pulumi.output_type
class NodeSelector(dict[str, Any]):
    """Which nodes: those that meet all of it."""

    match_labels: dict[str, str] | None = pulumi.property("matchLabels")
    match_expressions: list[NodeRequirement] | None = pulumi.property("matchExpressions")
