package main

import (
	"github.com/harvester-net/pulumi-harvester-net/sdk/go/harvesternet"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		data, err := harvesternet.NewClusterNetwork(ctx, "cn-data", &harvesternet.ClusterNetworkArgs{
			Mtu: pulumi.Int(9000),
		})
		if err != nil {
			return err
		}
		_, err = harvesternet.NewNetworkConfig(ctx, "cn-data-rack-a", &harvesternet.NetworkConfigArgs{
			ClusterNetwork: data,
			NodeSelector:   pulumi.StringMap{"example.com/rack": pulumi.String("a")},
			Uplink: &harvesternet.UplinkArgs{
				Nics: pulumi.ToStringArray([]string{"eno2", "eno3"}),
				BondOptions: &harvesternet.BondOptionsArgs{
					Mode: harvesternet.BondModeIeee8023ad,
				},
			},
		})
		return err
	})
}
