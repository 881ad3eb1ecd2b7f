"""The embedded control plane: an API server in Python that clients take for a real one.

It knows resources, versions, watches, schemas and users, as a real kube-apiserver does, and
nothing of Harvester: what Harvester refuses comes in by `admission`, and what its controllers
do by whoever reads, writes and follows the `store`. `lab/tests/running/test_conformance.py`
holds it against the real one.
"""

from lab.embedded.admission import Admission, AdmissionRequest
from lab.embedded.control_plane import ControlPlane
from lab.embedded.errors import StatusError

__all__ = ["Admission", "AdmissionRequest", "ControlPlane", "StatusError"]
