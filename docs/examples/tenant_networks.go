package main

import (
	"github.com/harvester-net/pulumi-harvester-net/sdk/go/harvesternet"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		shop, err := harvesternet.NewTenantNetworks(ctx, "shop", &harvesternet.TenantNetworksArgs{
			Namespace:      pulumi.String("shop"),
			ClusterNetwork: pulumi.String("tenant"),
			AllowedVlans:   pulumi.String("100-199,250"),
			Defaults: &harvesternet.TenantDefaultsArgs{
				Route:  &harvesternet.RouteArgs{Mode: harvesternet.RouteModeAuto},
				Labels: pulumi.StringMap{"example.com/team": pulumi.String("shop")},
			},
			Networks: map[string]harvesternet.TenantNetworkArgs{
				"web": {Vlan: pulumi.Int(100)},
				"db": {
					Vlan:   pulumi.Int(101),
					Labels: pulumi.StringMap{"example.com/tier": pulumi.String("data")},
				},
				"routers": {
					VlanTrunk: harvesternet.VlanRangeArray{
						&harvesternet.VlanRangeArgs{MinID: pulumi.Int(110), MaxID: pulumi.Int(119)},
					},
				},
			},
		})
		if err != nil {
			return err
		}
		ctx.Export("vmNetworks", shop.VmNetworks)
		return nil
	})
}
