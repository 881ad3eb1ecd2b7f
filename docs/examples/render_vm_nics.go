package main

import (
	"github.com/harvester-net/pulumi-harvester-net/sdk/go/harvesternet"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		nics := harvesternet.RenderVmNicsOutput(ctx, harvesternet.RenderVmNicsOutputArgs{
			Vm:    pulumi.String("web1"),
			Stack: pulumi.String("prod"),
			Nics: harvesternet.VmNicSpecArray{
				harvesternet.VmNicSpecArgs{
					Name:      pulumi.String("front"),
					VmNetwork: pulumi.String("default/web"),
				},
				harvesternet.VmNicSpecArgs{
					Name:      pulumi.String("back"),
					VmNetwork: pulumi.String("default/backup"),
					Addresses: pulumi.StringArray{pulumi.String("192.168.200.11/24")},
				},
			},
		})
		ctx.Export("interfaces", nics.Interfaces())
		ctx.Export("networks", nics.Networks())
		ctx.Export("networkData", nics.NetworkData())
		return nil
	})
}
