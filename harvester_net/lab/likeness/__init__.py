"""The likeness of a cluster: a site, read by `harvester-net snapshot`, brought up in a lab.

`load_site` reads the file, which is data and trusted with nothing. `Site.objects` are the
objects as they were at home, for `ControlPlane.restore`, with what the simulated machines need
besides: devices, pods, an address pool, and as faults what at home is so for other reasons.
"""

from harvester_net.lab.likeness.site import Site, UnreadableSite, load_site

__all__ = ["Site", "UnreadableSite", "load_site"]
