using HarvesterNet.Networks;
using HarvesterNet.Networks.Inputs;
using Pulumi;

return await Deployment.RunAsync(() =>
{
    var data = new ClusterNetwork("cn-data", new ClusterNetworkArgs
    {
        Mtu = 9000,
    });

    var uplink = new NetworkConfig("cn-data-all", new NetworkConfigArgs
    {
        ClusterNetwork = data,
        Uplink = new UplinkArgs
        {
            Nics = new[] { "eno2", "eno3" },
        },
    });

    var storage = new StorageNetwork("storage", new StorageNetworkArgs
    {
        ClusterNetwork = data,
        Vlan = 50,
        Range = "192.168.50.0/24",
        Exclude = new[] { "192.168.50.0/28" },
    }, new CustomResourceOptions
    {
        DependsOn = { uplink },
    });
});
