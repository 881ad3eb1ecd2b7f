import pulumi

import harvester_net as hn

shop = hn.TenantNetworks(
    "shop",
    namespace="shop",
    cluster_network="tenant",
    allowed_vlans="100-199,250",
    defaults=hn.TenantDefaultsArgs(
        route=hn.RouteArgs(mode=hn.RouteMode.AUTO),
        labels={"example.com/team": "shop"},
    ),
    networks={
        "web": hn.TenantNetworkArgs(vlan=100),
        "db": hn.TenantNetworkArgs(vlan=101, labels={"example.com/tier": "data"}),
        "routers": hn.TenantNetworkArgs(
            vlan_trunk=[hn.VlanRangeArgs(min_id=110, max_id=119)],
        ),
    },
)
pulumi.export("vmNetworks", shop.vm_networks)
