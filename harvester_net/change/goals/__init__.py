"""What a change is for: one class for each goal, and what only that goal knows.

The planner, the steps and the reports ask the goal; which steps lead to it is chosen in one
place, `steps/order.py`.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from .mtu import MtuGoal
from .network_config import ConfigDeletionGoal, ConfigGoal
from .storage_network import StorageNetworkGoal
from .vm_network import VmNetworkGoal

AnyGoal = Annotated[
    MtuGoal | ConfigGoal | ConfigDeletionGoal | VmNetworkGoal | StorageNetworkGoal,
    Field(discriminator="kind"),
]
"""The goal of a record, as its journal has it."""
