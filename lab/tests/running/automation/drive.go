// Programs in Go by Pulumi's Automation API, which needs no language host:
//
//	drive quickstart|path preview|up|destroy CONFIGURATION [IDS]
//
// Prints how many resources were created, updated ..., as JSON; what Pulumi says goes to standard error. Resources that are
// named in IDS are imported: `pulumi import` would need the language host. The program `quickstart` is that of the template
// for Go, whose file is put beside this one.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/harvester-net/pulumi-harvester-net/sdk/go/harvesternet"
	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optdestroy"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

var programs = map[string]pulumi.RunFunc{"quickstart": networks, "path": path}

func path(ctx *pulumi.Context) error {
	conf := config.New(ctx, "")
	_, err := harvesternet.NewTrafficPath(ctx, "path", &harvesternet.TrafficPathArgs{
		Name: pulumi.String(conf.Require("clusterNetwork")),
		Mtu:  pulumi.Int(conf.RequireInt("mtu")),
		Uplinks: map[string]harvesternet.TrafficPathUplinkArgs{
			"all": {
				Nics: pulumi.ToStringArray(strings.Split(conf.Require("nics"), ",")),
			},
		},
		Networks: map[string]harvesternet.TrafficPathNetworkArgs{
			"web": {Vlan: pulumi.Int(conf.RequireInt("vlan"))},
		},
		Disruption: &harvesternet.DisruptionArgs{StopVms: pulumi.Bool(conf.GetBool("stopVms"))},
	})
	return err
}

func changes(stack auto.Stack, command string) (any, error) {
	ctx := context.Background()
	switch command {
	case "preview":
		result, err := stack.Preview(ctx, optpreview.ProgressStreams(os.Stderr))
		return result.ChangeSummary, err
	case "up":
		result, err := stack.Up(ctx, optup.ProgressStreams(os.Stderr))
		return result.Summary.ResourceChanges, err
	case "destroy":
		result, err := stack.Destroy(ctx, optdestroy.ProgressStreams(os.Stderr))
		return result.Summary.ResourceChanges, err
	}
	return nil, fmt.Errorf("unknown command %s", command)
}

// importing is a program whose resources are imported by their ids, where they have one.
func importing(program pulumi.RunFunc, ids map[string]string) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		err := ctx.RegisterStackTransformation(func(args *pulumi.ResourceTransformationArgs) *pulumi.ResourceTransformationResult {
			options := args.Opts
			if id, known := ids[args.Name]; known {
				options = append(options, pulumi.Import(pulumi.ID(id)))
			}
			return &pulumi.ResourceTransformationResult{Props: args.Props, Opts: options}
		})
		if err != nil {
			return err
		}
		return program(ctx)
	}
}

func drive() error {
	ctx := context.Background()
	ids := map[string]string{}
	if len(os.Args) > 4 {
		if err := json.Unmarshal([]byte(os.Args[4]), &ids); err != nil {
			return err
		}
	}
	program := importing(programs[os.Args[1]], ids)
	stack, err := auto.UpsertStackInlineSource(ctx, "dev", "networks", program, auto.WorkDir("."))
	if err != nil {
		return err
	}
	var given map[string]string
	if err := json.Unmarshal([]byte(os.Args[3]), &given); err != nil {
		return err
	}
	values := auto.ConfigMap{}
	for key, value := range given {
		values[key] = auto.ConfigValue{Value: value}
	}
	if err := stack.SetAllConfig(ctx, values); err != nil {
		return err
	}
	changed, err := changes(stack, os.Args[2])
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(changed)
}

func main() {
	if err := drive(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
