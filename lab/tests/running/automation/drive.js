// A program in TypeScript or JavaScript by Pulumi's Automation API, which needs no language host:
//     node drive.js PROGRAM preview|up|destroy CONFIGURATION [IDS]
// Prints how many resources were created, updated ..., as JSON; what Pulumi says goes to standard error. Resources that are
// named in IDS are imported: `pulumi import` would need the language host.
const pulumi = require("@pulumi/pulumi");
const automation = require("@pulumi/pulumi/automation");
const path = require("path");

const [program, command, configuration, ids = "{}"] = process.argv.slice(2);
const imported = JSON.parse(ids);
const options = { color: "never", onOutput: (text) => process.stderr.write(text) };

const commands = {
    preview: async (stack) => (await stack.preview(options)).changeSummary,
    up: async (stack) => (await stack.up(options)).summary.resourceChanges,
    destroy: async (stack) => (await stack.destroy(options)).summary.resourceChanges,
};

async function run() {
    pulumi.runtime.registerStackTransformation(({ name, props, opts }) => ({
        props,
        opts: { ...opts, import: imported[name] },
    }));
    return require(path.resolve(program));
}

async function main() {
    const stack = await automation.LocalWorkspace.createOrSelectStack(
        { stackName: "dev", projectName: "networks", program: run },
        { workDir: process.cwd() },
    );
    const values = Object.entries(JSON.parse(configuration)).map(([key, value]) => [key, { value }]);
    await stack.setAllConfig(Object.fromEntries(values));
    console.log(JSON.stringify(await commands[command](stack)));
}

main().catch((error) => {
    console.error(error.message);
    process.exit(1);
});
