using HarvesterNet.Networks;
using HarvesterNet.Networks.Inputs;
using Pulumi;

return await Deployment.RunAsync(() =>
{
    var backup = new HostNetworkConfig("hnc-backup", new HostNetworkConfigArgs
    {
        ClusterNetwork = "mgmt",
        Vlan = 400,
        Mode = HostMode.Static,
        Ips =
        {
            { "node1", "10.40.0.11/24" },
            { "node2", "10.40.0.12/24" },
            { "node3", "10.40.0.13/24" },
        },
        Disruption = new DisruptionArgs
        {
            VerifyOnNodes = new VerifyOnNodesArgs(),
        },
    });
});
