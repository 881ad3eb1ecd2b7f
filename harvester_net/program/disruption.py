"""What a resource may interrupt to make its change, as an argument and as an output."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import pulumi

OnFailure = Literal["stop", "rollBack"]


@pulumi.input_type
class DisruptionArgs:
    """What may be interrupted to make a change. Without it, nothing is interrupted.

    Changing `disruption` alone changes nothing on the cluster.
    """

    stop_vms: pulumi.Input[bool] | None = pulumi.property("stopVms")
    only_vms: pulumi.Input[Sequence[pulumi.Input[str]]] | None = pulumi.property("onlyVms")
    restart_vms: pulumi.Input[bool] | None = pulumi.property("restartVms")
    cycle_storage_network: pulumi.Input[bool] | None = pulumi.property("cycleStorageNetwork")
    on_failure: pulumi.Input[OnFailure] | None = pulumi.property("onFailure")
    stop_timeout_seconds: pulumi.Input[int] | None = pulumi.property("stopTimeoutSeconds")
    node_timeout_seconds: pulumi.Input[int] | None = pulumi.property("nodeTimeoutSeconds")
    storage_timeout_seconds: pulumi.Input[int] | None = pulumi.property(
        "storageTimeoutSeconds"
    )

    def __init__(
        self,
        *,
        stop_vms: pulumi.Input[bool] | None = None,
        only_vms: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        restart_vms: pulumi.Input[bool] | None = None,
        cycle_storage_network: pulumi.Input[bool] | None = None,
        on_failure: pulumi.Input[OnFailure] | None = None,
        stop_timeout_seconds: pulumi.Input[int] | None = None,
        node_timeout_seconds: pulumi.Input[int] | None = None,
        storage_timeout_seconds: pulumi.Input[int] | None = None,
    ) -> None:
        """What may be interrupted.

        Args:
            stop_vms: Whether the VMs that block the change may be stopped. If false, the
                change is refused with the list of these VMs. Defaults to false.
            only_vms: Patterns `namespace/name` (with `*`). If any other VM would have to stop,
                the change is refused before anything is touched. Defaults to all VMs.
            restart_vms: Whether exactly the VMs that ran are started again, with their run
                strategy. Defaults to true.
            cycle_storage_network: Whether the storage network (and the RWX network) may be
                cleared for the change and set again afterwards. Defaults to false.
            on_failure: What happens when the change cannot be finished. `stop`: the journal
                stays, and the next `pulumi up` continues. `rollBack`: return to the old state
                first. Defaults to `stop`.
            stop_timeout_seconds: Seconds to wait for one VM to stop, in addition to its own
                grace period. Defaults to 180.
            node_timeout_seconds: Seconds to wait for the nodes of a network config to set up
                or tear down their uplink. Defaults to 300.
            storage_timeout_seconds: Seconds to wait for Longhorn to detach its volumes, and
                for Harvester to clear or set the storage network. Defaults to 1800.
        """
        self.stop_vms = stop_vms
        self.only_vms = only_vms
        self.restart_vms = restart_vms
        self.cycle_storage_network = cycle_storage_network
        self.on_failure = on_failure
        self.stop_timeout_seconds = stop_timeout_seconds
        self.node_timeout_seconds = node_timeout_seconds
        self.storage_timeout_seconds = storage_timeout_seconds


@pulumi.output_type
class Disruption(dict[str, Any]):
    """What may be interrupted to make a change, as the program said."""

    stop_vms: bool | None = pulumi.property("stopVms")
    only_vms: list[str] | None = pulumi.property("onlyVms")
    restart_vms: bool | None = pulumi.property("restartVms")
    cycle_storage_network: bool | None = pulumi.property("cycleStorageNetwork")
    on_failure: str | None = pulumi.property("onFailure")
    stop_timeout_seconds: int | None = pulumi.property("stopTimeoutSeconds")
    node_timeout_seconds: int | None = pulumi.property("nodeTimeoutSeconds")
    storage_timeout_seconds: int | None = pulumi.property("storageTimeoutSeconds")
