using System.Collections.Generic;
using HarvesterNet.Networks;
using HarvesterNet.Networks.Inputs;
using Pulumi;

return await Deployment.RunAsync(() =>
{
    var nics = RenderVmNics.Invoke(new RenderVmNicsInvokeArgs
    {
        Vm = "web1",
        Stack = "prod",
        Nics = new[]
        {
            new VmNicSpecInputArgs { Name = "front", VmNetwork = "default/web" },
            new VmNicSpecInputArgs
            {
                Name = "back",
                VmNetwork = "default/backup",
                Addresses = new[] { "192.168.200.11/24" },
            },
        },
    });

    return new Dictionary<string, object?>
    {
        ["interfaces"] = nics.Apply(made => made.Interfaces),
        ["networks"] = nics.Apply(made => made.Networks),
        ["networkData"] = nics.Apply(made => made.NetworkData),
    };
});
