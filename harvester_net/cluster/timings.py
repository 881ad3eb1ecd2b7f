"""How long things may take and how often they are looked at, in one place.

All are seconds. What the user decides (timeouts of operations, `disruption`) is not here; nor
is how often a terminal is drawn anew. A cluster carries its timings, so that tests, and
whoever knows a slow site, give it others.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Timings:
    """Times of the conversation with a cluster, of kinds, changes and the proof on nodes."""

    # --- the API server
    request: float = 30
    """For one request."""
    credentials: float = 60
    """For a credential plugin, which may wait for its user to log in."""
    first_contact: float = 10
    """Until a cluster that never answered counts as a wrong address, not as an outage."""
    first_retry: float = 0.1
    longest_retry: float = 3
    """Between two tries of a request; doubled from the first to the longest."""
    watch: int = 240
    """For one stream of a watch, after which it is asked for again."""
    relist: float = 1
    """Before kinds are listed again after an outage, and between two streams."""

    dry_run: float = 10
    """For the server to judge a write that is only tried; later the write itself will say."""

    # --- kinds
    poll: float = 0.3
    """Between two tries of a write that something is in the way of."""
    program_silence: float = 1
    """How long a preview waits for the program to name what it has not named so far."""
    cure: float = 120
    """How long an `up` waits for another resource of the same run to clear the way."""
    webhook_lag: float = 5
    """How long the webhooks may take to see what was written (H3.0)."""
    stuck_deletion: float = 5
    """How long blockers of a deletion may stay the same; the engine may just not have come to
    them yet.
    """
    network_made: float = 60
    """For a cluster network that the same run makes."""
    configs_ready: float = 600
    """For the network configs that the same run makes."""
    failed_nodes: float = 20
    """How long nodes may keep saying that they failed: agents retry up to every 30 s (H4)."""
    announcement: float = 2
    """For an Event, without which a change goes on."""
    journal_seen: float = 3
    """How long a look for an unfinished change serves the plain writes of a run."""
    agents_see_vlans: float = 1
    """How long agents may take to see a new VM network, before they are told to look again."""
    virt_handler: float = 2
    """Between two looks at the pods that carry migrations; they start anew one by one."""
    repair: float = 30
    """For the agents to set a wrong config up, so that it can be torn down."""
    silent_agent: float = 10
    """After which a node that tears nothing down is named; live ones take up to 3 (O5.5)."""
    tear_down: float = 60

    # --- changes
    lease: int = 30
    """How long a lease holds that nobody renews."""
    renew_deadline: float = 20
    """How long after its last renewal a holder still acts; shorter than the lease."""
    lease_renewal: float = 8
    lease_poll: float = 2
    """Between two looks at a lease that somebody holds, and two tries to renew our own."""
    step_poll: float = 0.2
    """Between two tries of a step, or two looks at what it waits for."""
    stale_webhooks: float = 10
    """How long a step may be denied by caches that lag behind our own writes (H3.0)."""
    labels_seen: float = 2
    """Until webhooks and the manager go by labels, or a selector of nodes, that we have
    written (H3.0, H4.6).
    """
    vms_again: float = 5
    """Between two looks for VMs that somebody started while all must be down."""
    bonds: float = 30
    """For a node to show in its LinkMonitor what the API says is done (H5.5)."""
    devices: float = 30
    """For devices to follow what the API says is done (O5.3)."""
    next_check: float = 3
    """Between two checks of the nodes."""

    # --- the pods of the proof
    pod_start: float = 120
    """To pull the image and start a pod, beyond the pod's own time."""
    pod_check: int = 60
    """A pod that reads the devices is killed after so long."""
    pod_ping: int = 300
    """The same for one that pings."""
    pod_poll: float = 0.5
    pod_removal: float = 15


DEFAULT_TIMINGS = Timings()
