package main

import (
	"github.com/harvester-net/pulumi-harvester-net/sdk/go/harvesternet"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		data, err := harvesternet.LookupClusterNetwork(ctx, &harvesternet.LookupClusterNetworkArgs{
			Name: "cn-data",
		})
		if err != nil {
			return err
		}
		ctx.Export("mtu", pulumi.Int(data.Mtu))
		return nil
	})
}
