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
		_, err = harvesternet.NewVmNetworks(ctx, "tenants", &harvesternet.VmNetworksArgs{
			Namespace:      pulumi.String("tenants"),
			ClusterNetwork: data,
			Vlans:          pulumi.Array{pulumi.String("100-199"), pulumi.Int(300)},
			NamePattern:    pulumi.String("tenant-{vlan}"),
			Routes: harvesternet.RouteMap{
				"300": &harvesternet.RouteArgs{
					Mode:    harvesternet.RouteModeManual,
					Cidr:    pulumi.String("192.168.30.0/24"),
					Gateway: pulumi.String("192.168.30.1"),
				},
			},
		})
		return err
	})
}
