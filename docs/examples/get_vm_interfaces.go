package main

import (
	"github.com/harvester-net/pulumi-harvester-net/sdk/go/harvesternet"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		found, err := harvesternet.GetVmInterfaces(ctx, &harvesternet.GetVmInterfacesArgs{
			Name: "web1",
		})
		if err != nil {
			return err
		}
		var addresses []string
		for _, nic := range found.Interfaces {
			addresses = append(addresses, nic.Addresses...)
		}
		ctx.Export("addresses", pulumi.ToStringArray(addresses))
		return nil
	})
}
