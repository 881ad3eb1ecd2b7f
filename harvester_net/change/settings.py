"""Writing one of Harvester's Settings."""

from __future__ import annotations

from collections.abc import Callable

from ..cluster.cluster import Cluster
from ..cluster.deadline import Deadline
from ..cluster.errors import Conflict, NotFound
from ..cluster.resources import SETTING, Object, key_of


async def write_setting(
    setting: Object,
    text: str,
    cluster: Cluster,
    deadline: Deadline,
    tell: Callable[[str], None] = lambda _: None,
) -> Object:
    """Write the text of a Setting, with the version that was looked at, as soon as Harvester
    is through with the text before (H3.5 b); returns it as the server has it.
    """
    name = key_of(setting)
    while True:
        version = {"resourceVersion": setting["metadata"]["resourceVersion"]}
        fields = {"metadata": version, "value": text}
        try:
            return await cluster.patch(SETTING, name, fields, deadline)
        except Conflict as conflict:
            tell(f"waiting to write the setting: {conflict}")
            await deadline.sleep(cluster.timings.step_poll)
        again = await cluster.get(SETTING, name, deadline)
        if again is None:
            raise NotFound(f"the server has no Setting {name} any more")
        setting = again
