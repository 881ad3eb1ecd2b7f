// A program in TypeScript or JavaScript by Pulumi's Automation API, which needs no language host:
//     node drive.js PROGRAM preview|up|destroy|import CONFIGURATION [RESOURCES]
// Prints how many resources were created, updated ..., as JSON; what Pulumi says goes to standard error.
const automation = require("@pulumi/pulumi/automation");
const path = require("path");

const [program, command, configuration, resources] = process.argv.slice(2);
const options = { color: "never", onOutput: (text) => process.stderr.write(text) };

const commands = {
    preview: async (stack) => (await stack.preview(options)).changeSummary,
    up: async (stack) => (await stack.up(options)).summary.resourceChanges,
    destroy: async (stack) => (await stack.destroy(options)).summary.resourceChanges,
    import: async (stack) => {
        const given = { resources: JSON.parse(resources), protect: false, generateCode: false };
        return (await stack.import({ ...options, ...given })).summary.resourceChanges;
    },
};

async function main() {
    const stack = await automation.LocalWorkspace.createOrSelectStack(
        { stackName: "dev", projectName: "networks", program: async () => require(path.resolve(program)) },
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
