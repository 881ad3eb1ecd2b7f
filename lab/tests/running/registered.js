// Runs each program that is named, on Pulumi's mocks, and prints what it registers and calls as a line of JSON.
const pulumi = require("@pulumi/pulumi");

const answers = {
    "harvester-net:index:getClusterNetwork": { name: "cn-data", mtu: 9000, ready: true, networkConfigs: [], nodes: [] },
    "harvester-net:index:getNodeNics": { nics: [] },
    "harvester-net:index:getVmInterfaces": { interfaces: [], guestAgent: false },
    "harvester-net:index:renderVmNics": {
        interfaces: [], networks: [], networkData: "", writtenByHarvester: [],
    },
};

// Another resource of the program as YAML writes it.
function withReferences(inputs) {
    const written = ([name, value]) => [name, pulumi.Resource.isInstance(value) ? "${" + value.__name + "}" : value];
    return Object.fromEntries(Object.entries(inputs).map(written));
}

async function registeredBy(program) {
    const registered = [];
    await pulumi.runtime.setMocks({
        newResource: (args) => {
            registered.push([args.type, args.name, withReferences(args.inputs)]);
            return { id: args.name, state: { name: args.name, ...args.inputs } };
        },
        call: (args) => {
            registered.push([args.token, "", args.inputs]);
            return answers[args.token];
        },
    });
    await pulumi.runtime.runInPulumiStack(async () => require(program));
    await pulumi.runtime.disconnect();
    return registered.filter(([type]) => type.startsWith("harvester-net:"));
}

(async () => {
    for (const program of process.argv.slice(2)) {
        console.log(JSON.stringify(await registeredBy(program)));
    }
})();
