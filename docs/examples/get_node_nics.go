package main

import (
	"github.com/harvester-net/pulumi-harvester-net/sdk/go/harvesternet"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		found, err := harvesternet.GetNodeNics(ctx, &harvesternet.GetNodeNicsArgs{
			Node: pulumi.StringRef("node1"),
		})
		if err != nil {
			return err
		}
		var free []string
		for _, nic := range found.Nics {
			if nic.Free {
				free = append(free, nic.Name)
			}
		}
		ctx.Export("free", pulumi.ToStringArray(free))
		return nil
	})
}
