using System.Collections.Generic;
using System.Linq;
using HarvesterNet.Networks;
using Pulumi;

return await Deployment.RunAsync(() =>
{
    var found = GetNodeNics.Invoke(new GetNodeNicsInvokeArgs
    {
        Node = "node1",
    });

    return new Dictionary<string, object?>
    {
        ["free"] = found.Apply(all => all.Nics.Where(nic => nic.Free).Select(nic => nic.Name)),
    };
});
