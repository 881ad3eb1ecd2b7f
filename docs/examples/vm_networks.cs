using HarvesterNet.Networks;
using HarvesterNet.Networks.Inputs;
using Pulumi;

return await Deployment.RunAsync(() =>
{
    var data = new ClusterNetwork("cn-data", new ClusterNetworkArgs
    {
        Mtu = 9000,
    });

    var tenants = new VmNetworks("tenants", new VmNetworksArgs
    {
        Namespace = "tenants",
        ClusterNetwork = data,
        Vlans = new Union<int, string>[] { "100-199", 300 },
        NamePattern = "tenant-{vlan}",
        Routes =
        {
            ["300"] = new RouteArgs
            {
                Mode = RouteMode.Manual,
                Cidr = "192.168.30.0/24",
                Gateway = "192.168.30.1",
            },
        },
    });
});
