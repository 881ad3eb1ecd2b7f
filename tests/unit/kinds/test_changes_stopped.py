"""A change that stops half way during a deletion is told as what it is."""

from __future__ import annotations

import pytest

from harvester_net.change.errors import ChangeStopped
from harvester_net.change.goals.network_config import ConfigDeletionGoal
from harvester_net.cluster.access import AccessSettings
from harvester_net.cluster.cluster import Cluster
from harvester_net.cluster.deadline import Deadline
from harvester_net.kinds import changes
from harvester_net.kinds.call import Call
from harvester_net.kinds.failures import Refused


async def test_a_stopped_deletion_says_that_the_next_run_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def stops(*_: object) -> list[str]:
        raise ChangeStopped("step 1, stop VM default/web: not done after 180 s")

    monkeypatch.setattr(changes, "apply_change", stops)
    call = Call("urn:a", Cluster(AccessSettings()), Deadline(5))
    goal = ConfigDeletionGoal(key="nc-1")
    with pytest.raises(Refused) as refused:
        await changes.run_change_or_refuse(goal, None, call)
    assert str(refused.value) == (
        "step 1, stop VM default/web: not done after 180 s. The next `pulumi up` goes on"
    )
