"""The embedded control plane: an API server in Python that clients take for a real one.

It knows resources, versions, watches, schemas and users, as a real kube-apiserver does, and
nothing of Harvester: what Harvester refuses comes in by `admission`, and what its controllers
do by whoever reads, writes and follows the `store`. `lab/tests/running/test_conformance.py`
holds it against the real one.
"""

from harvester_net.lab.apiserver.admission import Admission, AdmissionRequest
from harvester_net.lab.apiserver.control_plane import ControlPlane
from harvester_net.lab.apiserver.errors import StatusError

__all__ = ["Admission", "AdmissionRequest", "ControlPlane", "StatusError"]
