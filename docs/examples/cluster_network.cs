using HarvesterNet.Networks;
using Pulumi;

return await Deployment.RunAsync(() =>
{
    var data = new ClusterNetwork("cn-data", new ClusterNetworkArgs
    {
        Mtu = 9000,
    });
});
