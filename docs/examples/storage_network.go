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
		uplink, err := harvesternet.NewNetworkConfig(ctx, "cn-data-all", &harvesternet.NetworkConfigArgs{
			ClusterNetwork: data,
			Uplink: &harvesternet.UplinkArgs{
				Nics: pulumi.ToStringArray([]string{"eno2", "eno3"}),
			},
		})
		if err != nil {
			return err
		}
		_, err = harvesternet.NewStorageNetwork(ctx, "storage", &harvesternet.StorageNetworkArgs{
			ClusterNetwork: data,
			Vlan:           pulumi.Int(50),
			Range:          pulumi.String("192.168.50.0/24"),
			Exclude:        pulumi.ToStringArray([]string{"192.168.50.0/28"}),
		}, pulumi.DependsOn([]pulumi.Resource{uplink}))
		return err
	})
}
