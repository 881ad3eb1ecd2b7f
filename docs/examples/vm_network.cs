using HarvesterNet.Networks;
using HarvesterNet.Networks.Inputs;
using Pulumi;

return await Deployment.RunAsync(() =>
{
    var data = new ClusterNetwork("cn-data", new ClusterNetworkArgs
    {
        Mtu = 9000,
    });

    var web = new VmNetwork("web", new VmNetworkArgs
    {
        Namespace = "shop",
        ClusterNetwork = data,
        Vlan = 100,
        Route = new RouteArgs
        {
            Mode = RouteMode.Manual,
            Cidr = "192.168.100.0/24",
            Gateway = "192.168.100.1",
        },
    });

    var routers = new VmNetwork("routers", new VmNetworkArgs
    {
        ClusterNetwork = data,
        VlanTrunk = new[]
        {
            new VlanRangeArgs { MinID = 200, MaxID = 299 },
        },
    });
});
