"""What Harvester's webhook refuses in claims: the deletion of one that a VM has as a disk."""

from __future__ import annotations

from dataclasses import dataclass

from harvester_net.cluster.resources import CLAIM
from harvester_net.lab.apiserver.admission import AdmissionRequest
from harvester_net.lab.apiserver.errors import StatusError, status
from harvester_net.lab.controllers.controller import State
from harvester_net.lab.controllers.virtual_machines import VMS_WITH
from harvester_net.lab.state import resource_id
from harvester_net.lab.webhooks.answers import Answers, all_answer, denied, unreachable
from harvester_net.lab.webhooks.vm_parts import HARVESTER_WEBHOOK

_VALIDATOR = "validator.harvesterhci.io"


@dataclass(frozen=True)
class ClaimValidator:
    """Judges deletions of claims."""

    state: State
    answers: Answers = all_answer

    def __call__(self, request: AdmissionRequest) -> None:
        """Raises StatusError if a VM names the claim, whether it runs or not."""
        if request.resource.id != resource_id(CLAIM) or request.operation != "DELETE":
            return
        if not self.answers(HARVESTER_WEBHOOK):
            service = f"{HARVESTER_WEBHOOK}.harvester-system"
            raise unreachable(_VALIDATOR, service, "/v1/webhook/validation")
        key = f"{request.namespace}/{request.name}"
        users = self.state.snapshot.keyed(VMS_WITH, key)
        if users:
            why = (
                f"can not delete the volume {request.name} which is currently attached to VM:"
                f" {', '.join(sorted(users))}"
            )
            raise denied(_VALIDATOR, StatusError(status(409, "Conflict", why)))
