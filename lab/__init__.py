"""A Harvester network control plane on one machine, made of real parts (`python -m lab`)."""

from lab.errors import LabError
from lab.handle import Lab

__all__ = ["Lab", "LabError"]
