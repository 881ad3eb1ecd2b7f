"""What a Pulumi program imports: one class per kind, typed arguments, and functions.

Nothing here knows the cluster or the specs; a test holds it against the schema that is made
from them.
"""
