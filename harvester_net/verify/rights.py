"""What the look at the nodes may ask of the API server."""

from __future__ import annotations

from ..cluster.resources import DAEMON_SET, HOST_NETWORK_CONFIG, POD, VMI
from ..cluster.rights import Right, rights
from ..harvester.loading import NETWORK_KINDS
from ..harvester.names import SYSTEM_NAMESPACE
from .facts import CheckRequest
from .pods import LONGHORN

_NAMESPACE, _, _NAME = LONGHORN.partition("/")
LOOKING = rights("list", *NETWORK_KINDS, HOST_NETWORK_CONFIG, VMI)
"""What there is, and which VM is behind a port that is not as it should be. To list the pods
of all namespaces besides is much to ask for; it does without.
"""
IMAGE = rights("get", DAEMON_SET, namespace=_NAMESPACE, name=_NAME)


def needed_for(request: CheckRequest) -> tuple[Right, ...]:
    """What one check needs."""
    pods = rights("create list delete", POD, namespace=request.namespace)
    return (*LOOKING, *pods, *(() if request.image else IMAGE))


CHECKING = needed_for(CheckRequest("", namespace=SYSTEM_NAMESPACE))
"""What a check needs whose pods and image are the usual ones."""
