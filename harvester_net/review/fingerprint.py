"""A hash of all that a reviewer could see, to tell whether two previews say the same."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict

from .preview import Preview


def fingerprint(preview: Preview) -> str:
    """SHA-256 of the changes, the plans and the reasons against them, in hexadecimal.

    What changes on the cluster and shows in the preview changes it too: another VM that is in
    the way, another value that somebody wrote. Words that only inform do not.
    """
    seen = {
        "stack": preview.name,
        "changes": [asdict(change) for change in preview.changes],
        "others": dict(preview.others),
        "plans": [
            [asdict(urn), plan.id or [plan.steps, plan.affected_vms]]
            for urn, plan in preview.plans.items()
        ],
        "errors": sorted((said.urn.name, said.text) for said in preview.errors),
        "complete": preview.complete,
        "cluster seen": preview.saw_the_cluster,
    }
    text = json.dumps(seen, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
