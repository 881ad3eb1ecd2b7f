using System.Collections.Generic;
using System.Linq;
using HarvesterNet.Networks;
using Pulumi;

return await Deployment.RunAsync(() =>
{
    var found = GetVmInterfaces.Invoke(new GetVmInterfacesInvokeArgs
    {
        Name = "web1",
    });

    return new Dictionary<string, object?>
    {
        ["addresses"] = found.Apply(all => all.Interfaces.SelectMany(nic => nic.Addresses)),
    };
});
