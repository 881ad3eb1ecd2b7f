"""The webhooks that VMs, their instances and migrations pass, in the server's order.

Harvester's mutator comes before virt-api's. Of the validators the server asks all at once;
here the first refusal is told, and virt-api's is the first, as it mostly is there.
"""

from __future__ import annotations

from harvester_net.lab.apiserver.admission import Admit
from harvester_net.lab.controllers.controller import State
from harvester_net.lab.webhooks.answers import Answers, all_answer
from harvester_net.lab.webhooks.claims import ClaimValidator
from harvester_net.lab.webhooks.harvester_checks import HarvesterVmValidator
from harvester_net.lab.webhooks.harvester_defaults import HarvesterVmMutator
from harvester_net.lab.webhooks.kubevirt_checks import VirtApiValidator
from harvester_net.lab.webhooks.kubevirt_defaults import VirtApiMutator


def vm_mutators(state: State, answers: Answers = all_answer) -> list[Admit]:
    """Who completes them; `answers` says which of the programs run."""
    return [HarvesterVmMutator(state, answers), VirtApiMutator(answers)]


def vm_validators(state: State, answers: Answers = all_answer) -> list[Admit]:
    """Who judges them."""
    return [
        VirtApiValidator(state, answers),
        HarvesterVmValidator(state, answers),
        ClaimValidator(state, answers),
    ]
