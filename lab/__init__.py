"""Harvester's own programs as a lab on one machine, beside the embedded one that ships."""

from harvester_net.lab.errors import LabError
from harvester_net.lab.handle import Lab
from lab.handle import RealLab

__all__ = ["Lab", "LabError", "RealLab"]
