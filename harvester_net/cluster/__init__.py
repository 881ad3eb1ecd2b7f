"""The border to Kubernetes: connection, snapshot, writes, waits and errors.

No name of the Kubernetes client leaves this package.
"""
