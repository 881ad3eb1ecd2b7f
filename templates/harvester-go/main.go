package main

import (
	"strings"

	"github.com/harvester-net/pulumi-harvester-net/sdk/go/harvesternet"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(networks)
}

func networks(ctx *pulumi.Context) error {
	conf := config.New(ctx, "")
	name := conf.Require("clusterNetwork")

	data, err := harvesternet.NewClusterNetwork(ctx, "data", &harvesternet.ClusterNetworkArgs{
		Name: pulumi.String(name),
		// What is on it follows its MTU.
		Mtu: pulumi.Int(conf.RequireInt("mtu")),
		// A new MTU stops VMs that are in use. The preview says which; with this it may.
		Disruption: &harvesternet.DisruptionArgs{StopVms: pulumi.Bool(conf.GetBool("stopVms"))},
	})
	if err != nil {
		return err
	}

	// One config for all nodes. A config for each rack, by NodeSelector, keeps a later change of NICs to the VMs
	// there.
	uplink, err := harvesternet.NewNetworkConfig(ctx, "uplink", &harvesternet.NetworkConfigArgs{
		Name:           pulumi.String(name + "-all"),
		ClusterNetwork: data,
		Uplink: &harvesternet.UplinkArgs{
			Nics: pulumi.ToStringArray(strings.Split(conf.Require("nics"), ",")),
		},
	})
	if err != nil {
		return err
	}

	// VM networks need the uplinks, so they come after them and go before.
	web, err := harvesternet.NewVmNetwork(ctx, "web", &harvesternet.VmNetworkArgs{
		ClusterNetwork: data,
		Vlan:           pulumi.Int(conf.RequireInt("vlan")),
	}, pulumi.DependsOn([]pulumi.Resource{uplink}))
	if err != nil {
		return err
	}

	ctx.Export("nodes", uplink.MatchedNodes)
	ctx.Export("vmNetwork", web.ID())
	return nil
}
