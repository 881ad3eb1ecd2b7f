"""The border to the Pulumi engine: process, RPCs, values, errors, log.

No name of gRPC or protobuf leaves this package.
"""
