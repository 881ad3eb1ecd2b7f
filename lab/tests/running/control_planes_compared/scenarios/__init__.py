"""The scenarios: what is done to a cluster, step by step.

They say what happens, never what comes of it: that is what the real control plane was recorded
for.
"""

from __future__ import annotations

from ..scenario import Scenario
from . import drift, vms
from .denials import DENIALS
from .drift import DRIFT
from .faults import FAULTS
from .networks import NETWORKS
from .settings import SETTINGS
from .vms import VMS

SCENARIOS: tuple[Scenario, ...] = (
    *NETWORKS,
    *SETTINGS,
    *VMS,
    *DENIALS,
    *DRIFT,
    *FAULTS,
)

UNRECORDED: tuple[Scenario, ...] = (
    vms.LIVE_MIGRATION,
    drift.WITNESS,
    drift.SETTING,
)
"""Scenarios that changed since they were recorded last: the embedded control plane is not held
to them before they are recorded again, and stand in the tuple of their module.
"""
