"""Two racks with bonded uplinks; ten VLANs, an untagged, a trunk and the storage network."""

import pulumi

import harvester_net as hn

RACKS = {"rack-a": ["eno2", "eno3"], "rack-b": ["eno2", "eno3"]}
VLANS = {
    "web": 110,
    "app": 120,
    "db": 130,
    "cache": 140,
    "queue": 150,
    "batch": 160,
    "monitoring": 170,
    "build": 180,
    "staging": 190,
    "office": 200,
}

# LACP over two ports for each node: the switches must bundle the same ports.
LACP = hn.BondOptionsArgs(mode="802.3ad", miimon=100)

servers = hn.ClusterNetwork("servers", mtu=9000, labels={"team": "network"})

uplinks = {
    rack: hn.NetworkConfig(
        f"servers-{rack}",
        cluster_network=servers,
        description=f"LACP bond of the nodes in {rack}",
        node_selector={"topology.kubernetes.io/zone": rack},
        uplink=hn.UplinkArgs(nics=nics, bond_options=LACP),
    )
    for rack, nics in RACKS.items()
}
carried = pulumi.ResourceOptions(depends_on=list(uplinks.values()))

vlans = [
    hn.VmNetwork(name, namespace="default", cluster_network=servers, vlan=vlan, opts=carried)
    for name, vlan in VLANS.items()
]
# The trunk is for VMs that tag for themselves; the native network for those that must not.
trunk = hn.VmNetwork(
    "all-vlans",
    cluster_network=servers,
    vlan_trunk=[{"id": vlan} for vlan in VLANS.values()],
    opts=carried,
)
native = hn.VmNetwork("native", cluster_network=servers, type="UntaggedNetwork", opts=carried)

storage = hn.StorageNetwork(
    "storage",
    cluster_network=servers,
    vlan=60,
    range="10.60.0.0/22",
    # The gateway and the addresses of the backup servers in this VLAN.
    exclude=["10.60.0.0/28", "10.60.3.0/24"],
    opts=carried,
)

pulumi.export("nodes", {rack: uplink.matched_nodes for rack, uplink in uplinks.items()})
pulumi.export("vm_networks", [network.id for network in (*vlans, trunk, native)])
pulumi.export("storage_vm_network", storage.vm_network)
