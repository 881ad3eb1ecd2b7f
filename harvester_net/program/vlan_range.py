"""The VLANs of a trunk, as an argument and as an output."""

from __future__ import annotations

from typing import Any

import pulumi


@pulumi.input_type
class VlanRangeArgs:
    """VLANs of a trunk: one (`id`) or several (`min_id` to `max_id`)."""

    id: pulumi.Input[int] | None = pulumi.property("id")
    min_id: pulumi.Input[int] | None = pulumi.property("minID")
    max_id: pulumi.Input[int] | None = pulumi.property("maxID")

    def __init__(
        self,
        *,
        id: pulumi.Input[int] | None = None,  # noqa: A002 - its own name
        min_id: pulumi.Input[int] | None = None,
        max_id: pulumi.Input[int] | None = None,
    ) -> None:
        """VLANs of a trunk: one (`id`) or several (`min_id` to `max_id`).

        Args:
            id: One VLAN ID, 1 to 4094.
            min_id: First VLAN ID of a range, 1 to 4094.
            max_id: Last VLAN ID of a range, 1 to 4094.
        """
        self.id = id
        self.min_id = min_id
        self.max_id = max_id


@pulumi.output_type
class VlanRange(dict[str, Any]):
    """VLANs of a trunk: one (`id`) or several (`min_id` to `max_id`)."""

    id: int | None = pulumi.property("id")
    min_id: int | None = pulumi.property("minID")
    max_id: int | None = pulumi.property("maxID")
