using HarvesterNet.Networks;
using Pulumi;

return await Deployment.RunAsync(() =>
{
    var web = new VmNetwork("web", new VmNetworkArgs
    {
        ClusterNetwork = "mgmt",
        Vlan = 100,
    });

    var pool = new DhcpPool("web-pool", new DhcpPoolArgs
    {
        VmNetwork = web,
        Cidr = "192.168.100.0/24",
        ServerIp = "192.168.100.2",
        Start = "192.168.100.10",
        End = "192.168.100.200",
        Exclude = new[] { "192.168.100.50" },
        Router = "192.168.100.1",
        Dns = new[] { "192.168.100.1" },
        LeaseTime = 3600,
    });
});
