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

    var migration = new VmMigrationNetwork("migration", new VmMigrationNetworkArgs
    {
        ClusterNetwork = data,
        Vlan = 60,
        Range = "192.168.60.0/24",
    }, new CustomResourceOptions
    {
        DependsOn = { uplink },
    });
});
