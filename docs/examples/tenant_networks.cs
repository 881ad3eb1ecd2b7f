using System.Collections.Generic;
using HarvesterNet.Networks;
using HarvesterNet.Networks.Inputs;
using Pulumi;

return await Deployment.RunAsync(() =>
{
    var shop = new TenantNetworks("shop", new TenantNetworksArgs
    {
        Namespace = "shop",
        ClusterNetwork = "tenant",
        AllowedVlans = "100-199,250",
        Defaults = new TenantDefaultsArgs
        {
            Route = new RouteArgs { Mode = RouteMode.Auto },
            Labels =
            {
                { "example.com/team", "shop" },
            },
        },
        Networks = new Dictionary<string, TenantNetworkArgs>
        {
            ["web"] = new TenantNetworkArgs { Vlan = 100 },
            ["db"] = new TenantNetworkArgs
            {
                Vlan = 101,
                Labels =
                {
                    { "example.com/tier", "data" },
                },
            },
            ["routers"] = new TenantNetworkArgs
            {
                VlanTrunk = new[]
                {
                    new VlanRangeArgs { MinID = 110, MaxID = 119 },
                },
            },
        },
    });

    return new Dictionary<string, object?>
    {
        ["vmNetworks"] = shop.VmNetworks,
    };
});
