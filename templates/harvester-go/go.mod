module ${PROJECT}

go 1.25

require (
	github.com/harvester-net/pulumi-harvester-net/sdk/go v0.1.0
	github.com/pulumi/pulumi/sdk/v3 v3.269.0
)
