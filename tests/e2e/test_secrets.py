"""A kubeconfig that is given as text is nowhere to be found in clear."""

from __future__ import annotations

import json
from pathlib import Path

from lab import Lab

from .programs import cluster_network, vm_network
from .stack import Resource, Stack, resource

MARK = "nobody-may-read-this"
"""A secret in every kubeconfig of these tests, beside the credentials themselves."""

PLUGIN = """#!/bin/sh
env > {directory}/environment
echo '{{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",'
echo '"status": {{"token": "'"$(cat {directory}/token)"'"}}}}'
"""


def kubeconfig(lab: Lab, user: Resource) -> str:
    """The text of a kubeconfig with this user, and another one whose token is a mark."""
    cluster = {"server": lab.url, "certificate-authority": str(lab.ca_file)}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "lab", "cluster": cluster}],
        "users": [{"name": "me", "user": user}, {"name": "them", "user": {"token": MARK}}],
        "contexts": [{"name": "lab", "context": {"cluster": "lab", "user": "me"}}],
        "current-context": "lab",
    }
    return json.dumps(config)


def credential_plugin(lab: Lab, directory: Path) -> Resource:
    """A user whose token comes from a program, which writes down its environment."""
    directory.mkdir()
    (directory / "token").write_text(lab.token("admin"))
    program = directory / "credentials"
    program.write_text(PLUGIN.format(directory=directory))
    program.chmod(0o700)
    about = {"apiVersion": "client.authentication.k8s.io/v1", "interactiveMode": "Never"}
    return {"exec": about | {"command": str(program)}}


def test_kubeconfig_is_in_no_state_output_log_or_environment(
    stack: Stack, lab: Lab, tmp_path: Path
) -> None:
    secrets = (MARK, lab.token("admin"))
    del stack.environ["KUBECONFIG"]
    stack.environ["HARVESTER_NET_DEBUG"] = "1"
    outside = tmp_path / "credentials"
    text = kubeconfig(lab, credential_plugin(lab, outside))
    stack.run("config", "set", "--secret", "harvester-net:kubeconfig", text).succeeded()
    explicit = kubeconfig(lab, {"token": lab.token("admin")})
    stack.program(
        cluster_network(),
        resource("Provider", "other", kubeconfig="@text", secret=["kubeconfig"]),
        vm_network(vlan=100, options={"provider": "@other"}),
    )
    given = stack.directory / "resources.json"
    given.write_text(given.read_text().replace('"@text"', json.dumps(explicit)))
    log = ("--logtostderr", "--logflow", "-v=7")
    printed = [
        stack.preview("--diff").succeeded().output,
        stack.up(*log).succeeded().output,
        stack.refresh().succeeded().output,
        stack.run("stack", "export").succeeded().output,
    ]
    given.unlink()  # The only file here that says them in clear.
    assert stack.state().keys() == {"cn-data", "vm100"}
    environment = (outside / "environment").read_text()
    assert "PATH=" in environment
    for secret in secrets:
        assert not any(secret in output for output in printed)
        assert secret not in environment
        assert files_with(secret, stack.directory) == []


def test_kubeconfig_is_in_no_error(stack: Stack, lab: Lab) -> None:
    del stack.environ["KUBECONFIG"]
    stack.environ["HARVESTER_NET_DEBUG"] = "1"
    stack.program(cluster_network())
    wrong_token = f"{MARK}-either"
    for text, told in (
        (kubeconfig(lab, {"token": wrong_token}), "Unauthorized"),
        (f"clusters:\n- [{MARK}", "the kubeconfig text is not valid YAML\n"),
        (f"users: {MARK}\n", "the kubeconfig text has no clusters; it is not a kubeconfig"),
        (MARK, "the given kubeconfig is neither the text of a kubeconfig nor the path"),
    ):
        stack.run("config", "set", "--secret", "harvester-net:kubeconfig", text).succeeded()
        output = stack.preview().failed().output
        assert told in output
        assert MARK not in output


def test_secret_properties_stay_secret(stack: Stack, lab: Lab) -> None:
    labels = {"team": MARK}
    stack.program(cluster_network(), vm_network(vlan=100, labels=labels, secret=["labels"]))
    printed = stack.up("--diff").succeeded().output
    (stack.directory / "resources.json").unlink()
    assert MARK not in printed
    assert files_with(MARK, stack.directory) == []
    stack.program(cluster_network(), vm_network(vlan=MARK, secret=["vlan"]))
    output = stack.preview().failed().output
    assert "vlan: is not valid; what is wrong with it would tell a secret" in output
    assert MARK not in output


def files_with(secret: str, directory: Path) -> list[str]:
    """The files below a directory that say a secret."""
    files = (path for path in directory.rglob("*") if path.is_file())
    return [str(path) for path in files if secret.encode() in path.read_bytes()]
