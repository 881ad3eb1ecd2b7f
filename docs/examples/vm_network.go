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
		_, err = harvesternet.NewVmNetwork(ctx, "web", &harvesternet.VmNetworkArgs{
			Namespace:      pulumi.String("shop"),
			ClusterNetwork: data,
			Vlan:           pulumi.Int(100),
			Route: &harvesternet.RouteArgs{
				Mode:    harvesternet.RouteModeManual,
				Cidr:    pulumi.String("192.168.100.0/24"),
				Gateway: pulumi.String("192.168.100.1"),
			},
		})
		if err != nil {
			return err
		}
		_, err = harvesternet.NewVmNetwork(ctx, "routers", &harvesternet.VmNetworkArgs{
			ClusterNetwork: data,
			VlanTrunk: harvesternet.VlanRangeArray{
				&harvesternet.VlanRangeArgs{MinID: pulumi.Int(200), MaxID: pulumi.Int(299)},
			},
		})
		return err
	})
}
