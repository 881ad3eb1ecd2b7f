using HarvesterNet.Networks;
using Pulumi;

return await Deployment.RunAsync(() =>
{
    var rwx = new RwxNetwork("rwx", new RwxNetworkArgs
    {
        ShareStorageNetwork = true,
    });
});
