package main

import (
	"github.com/harvester-net/pulumi-harvester-net/sdk/go/harvesternet"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		web, err := harvesternet.NewVmNetwork(ctx, "web", &harvesternet.VmNetworkArgs{
			ClusterNetwork: pulumi.String("mgmt"),
			Vlan:           pulumi.Int(100),
		})
		if err != nil {
			return err
		}
		_, err = harvesternet.NewDhcpPool(ctx, "web-pool", &harvesternet.DhcpPoolArgs{
			VmNetwork: web,
			Cidr:      pulumi.String("192.168.100.0/24"),
			ServerIp:  pulumi.String("192.168.100.2"),
			Start:     pulumi.String("192.168.100.10"),
			End:       pulumi.String("192.168.100.200"),
			Exclude:   pulumi.ToStringArray([]string{"192.168.100.50"}),
			Router:    pulumi.String("192.168.100.1"),
			Dns:       pulumi.ToStringArray([]string{"192.168.100.1"}),
			LeaseTime: pulumi.Int(3600),
		})
		return err
	})
}
