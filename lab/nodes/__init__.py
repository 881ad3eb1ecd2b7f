"""Real nodes: Harvester's own network agents with real bonds and bridges, in one QEMU guest.

`packages` gets what the guest is made of, `image` puts it together, `machine` runs it,
`guest` speaks to it, `host` is a node as tests see it. In the guest each node is a network
namespace with NICs of its own; `guest/init` says how.
"""
