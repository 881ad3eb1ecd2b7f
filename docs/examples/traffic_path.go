package main

import (
	"github.com/harvester-net/pulumi-harvester-net/sdk/go/harvesternet"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		_, err := harvesternet.NewTrafficPath(ctx, "cn-data", &harvesternet.TrafficPathArgs{
			Mtu: pulumi.Int(9000),
			Uplinks: map[string]harvesternet.TrafficPathUplinkArgs{
				"rack-a": {
					NodeSelector: pulumi.StringMap{"example.com/rack": pulumi.String("a")},
					Nics:         pulumi.ToStringArray([]string{"eno2", "eno3"}),
					BondOptions: &harvesternet.BondOptionsArgs{
						Mode: harvesternet.BondModeIeee8023ad,
					},
				},
				"rack-b": {
					NodeSelector: pulumi.StringMap{"example.com/rack": pulumi.String("b")},
					Nics:         pulumi.ToStringArray([]string{"ens1f0", "ens1f1"}),
				},
			},
			Networks: map[string]harvesternet.TrafficPathNetworkArgs{
				"web": {Vlan: pulumi.Int(100), Namespace: pulumi.String("shop")},
				"routers": {
					VlanTrunk: harvesternet.VlanRangeArray{
						&harvesternet.VlanRangeArgs{MinID: pulumi.Int(200), MaxID: pulumi.Int(299)},
					},
				},
			},
			HostNetworks: map[string]harvesternet.TrafficPathHostNetworkArgs{
				"backup": {Vlan: pulumi.Int(400), Mode: harvesternet.HostModeDhcp},
			},
			Storage: &harvesternet.TrafficPathStorageArgs{
				Vlan:  pulumi.Int(50),
				Range: pulumi.String("192.168.50.0/24"),
			},
		})
		return err
	})
}
