using System.Collections.Generic;
using HarvesterNet.Networks;
using HarvesterNet.Networks.Inputs;
using Pulumi;

return await Deployment.RunAsync(() =>
{
    var berlin = new Site("berlin", new SiteArgs
    {
        TrafficPaths = new Dictionary<string, SiteTrafficPathArgs>
        {
            ["tenant"] = new SiteTrafficPathArgs
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
                },
            },
            ["storage"] = new SiteTrafficPathArgs
            {
                Mtu = 9000,
                Uplinks = new Dictionary<string, TrafficPathUplinkArgs>
                {
                    ["all"] = new TrafficPathUplinkArgs { Nics = new[] { "eno4" } },
                },
                Storage = new TrafficPathStorageArgs
                {
                    Vlan = 50,
                    Range = "192.168.50.0/24",
                },
            },
        },
        Mgmt = new SiteMgmtArgs
        {
            Networks = new Dictionary<string, TrafficPathNetworkArgs>
            {
                ["ops"] = new TrafficPathNetworkArgs { Vlan = 7 },
            },
            HostNetworks = new Dictionary<string, TrafficPathHostNetworkArgs>
            {
                ["backup"] = new TrafficPathHostNetworkArgs { Vlan = 400, Mode = HostMode.Dhcp },
            },
        },
    });
});
