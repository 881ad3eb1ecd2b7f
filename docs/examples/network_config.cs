using HarvesterNet.Networks;
using HarvesterNet.Networks.Inputs;
using Pulumi;

return await Deployment.RunAsync(() =>
{
    var data = new ClusterNetwork("cn-data", new ClusterNetworkArgs
    {
        Mtu = 9000,
    });

    var rackA = new NetworkConfig("cn-data-rack-a", new NetworkConfigArgs
    {
        ClusterNetwork = data,
        NodeSelector =
        {
            { "example.com/rack", "a" },
        },
        Uplink = new UplinkArgs
        {
            Nics = new[] { "eno2", "eno3" },
            BondOptions = new BondOptionsArgs
            {
                Mode = BondMode.Ieee8023ad,
            },
        },
    });
});
