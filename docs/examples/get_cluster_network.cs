using System.Collections.Generic;
using HarvesterNet.Networks;
using Pulumi;

return await Deployment.RunAsync(() =>
{
    var data = GetClusterNetwork.Invoke(new GetClusterNetworkInvokeArgs
    {
        Name = "cn-data",
    });

    return new Dictionary<string, object?>
    {
        ["mtu"] = data.Apply(network => network.Mtu),
    };
});
