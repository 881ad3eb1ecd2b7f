"""Started by Pulumi for `--policy-pack`: serves the policies until the command ends."""

from network_policies.pack import serve

if __name__ == "__main__":
    serve()
