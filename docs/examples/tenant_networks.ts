import * as harvesterNet from "@harvester-net/pulumi";

const shop = new harvesterNet.TenantNetworks("shop", {
    namespace: "shop",
    clusterNetwork: "tenant",
    allowedVlans: "100-199,250",
    defaults: {
        route: { mode: harvesterNet.RouteMode.Auto },
        labels: { "example.com/team": "shop" },
    },
    networks: {
        web: { vlan: 100 },
        db: { vlan: 101, labels: { "example.com/tier": "data" } },
        routers: { vlanTrunk: [{ minID: 110, maxID: 119 }] },
    },
});
export const vmNetworks = shop.vmNetworks;
