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
		_, err = harvesternet.NewVmMigrationNetwork(ctx, "migration", &harvesternet.VmMigrationNetworkArgs{
			ClusterNetwork: data,
			Vlan:           pulumi.Int(60),
			Range:          pulumi.String("192.168.60.0/24"),
		}, pulumi.DependsOn([]pulumi.Resource{uplink}))
		return err
	})
}
