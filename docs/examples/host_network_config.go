package main

import (
	"github.com/harvester-net/pulumi-harvester-net/sdk/go/harvesternet"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		_, err := harvesternet.NewHostNetworkConfig(ctx, "hnc-backup", &harvesternet.HostNetworkConfigArgs{
			ClusterNetwork: pulumi.String("mgmt"),
			Vlan:           pulumi.Int(400),
			Mode:           harvesternet.HostModeStatic,
			Ips: pulumi.StringMap{
				"node1": pulumi.String("10.40.0.11/24"),
				"node2": pulumi.String("10.40.0.12/24"),
				"node3": pulumi.String("10.40.0.13/24"),
			},
			Disruption: &harvesternet.DisruptionArgs{
				VerifyOnNodes: &harvesternet.VerifyOnNodesArgs{},
			},
		})
		return err
	})
}
