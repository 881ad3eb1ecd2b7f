using System.Collections.Generic;
using HarvesterNet.Networks;
using HarvesterNet.Networks.Inputs;
using Pulumi;

return await Deployment.RunAsync(() =>
{
    var data = new TrafficPath("cn-data", new TrafficPathArgs
    {
        Mtu = 9000,
        Uplinks = new Dictionary<string, TrafficPathUplinkArgs>
        {
            ["rack-a"] = new TrafficPathUplinkArgs
            {
                NodeSelector =
                {
                    { "example.com/rack", "a" },
                },
                Nics = new[] { "eno2", "eno3" },
                BondOptions = new BondOptionsArgs
                {
                    Mode = BondMode.Ieee8023ad,
                },
            },
            ["rack-b"] = new TrafficPathUplinkArgs
            {
                NodeSelector =
                {
                    { "example.com/rack", "b" },
                },
                Nics = new[] { "ens1f0", "ens1f1" },
            },
        },
        Networks = new Dictionary<string, TrafficPathNetworkArgs>
        {
            ["web"] = new TrafficPathNetworkArgs { Vlan = 100, Namespace = "shop" },
            ["routers"] = new TrafficPathNetworkArgs
            {
                VlanTrunk = new[]
                {
                    new VlanRangeArgs { MinID = 200, MaxID = 299 },
                },
            },
        },
        HostNetworks = new Dictionary<string, TrafficPathHostNetworkArgs>
        {
            ["backup"] = new TrafficPathHostNetworkArgs { Vlan = 400, Mode = HostMode.Dhcp },
        },
        Storage = new TrafficPathStorageArgs
        {
            Vlan = 50,
            Range = "192.168.50.0/24",
        },
    });
});
