package main

import (
	"github.com/harvester-net/pulumi-harvester-net/sdk/go/harvesternet"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		_, err := harvesternet.NewRwxNetwork(ctx, "rwx", &harvesternet.RwxNetworkArgs{
			ShareStorageNetwork: pulumi.Bool(true),
		})
		return err
	})
}
