"""All controllers of VMs, by the programs that they are parts of."""

from __future__ import annotations

from harvester_net.lab.controllers import harvester_vms
from harvester_net.lab.controllers.controller import Controller
from harvester_net.lab.controllers.instances import INSTANCES
from harvester_net.lab.controllers.migrations import MIGRATIONS, UNSCHEDULABLE_TARGETS
from harvester_net.lab.controllers.virtual_machines import FAILED_STARTS, VIRTUAL_MACHINES

KUBEVIRT_CONTROLLERS: tuple[Controller, ...] = (
    VIRTUAL_MACHINES,
    FAILED_STARTS,
    INSTANCES,
    MIGRATIONS,
    UNSCHEDULABLE_TARGETS,
)
"""Those of virt-controller."""

HARVESTER_VM_CONTROLLERS: tuple[Controller, ...] = (
    harvester_vms.VIRTUAL_MACHINES,
    harvester_vms.INSTANCES,
)
"""Those of Harvester's server, which has others besides."""
