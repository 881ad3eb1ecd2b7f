package main

import (
	"github.com/harvester-net/pulumi-harvester-net/sdk/go/harvesternet"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		_, err := harvesternet.NewClusterNetwork(ctx, "cn-data", &harvesternet.ClusterNetworkArgs{
			Mtu: pulumi.Int(9000),
		})
		return err
	})
}
