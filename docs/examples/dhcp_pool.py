import harvester_net as hn

web = hn.VmNetwork("web", cluster_network="mgmt", vlan=100)

pool = hn.DhcpPool(
    "web-pool",
    vm_network=web,
    cidr="192.168.100.0/24",
    server_ip="192.168.100.2",
    start="192.168.100.10",
    end="192.168.100.200",
    exclude=["192.168.100.50"],
    router="192.168.100.1",
    dns=["192.168.100.1"],
    lease_time=3600,
)
