"""One module per kind: check, diff, create, read, update, delete; nothing about gRPC or
HTTP.
"""
