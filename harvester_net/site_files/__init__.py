"""The description of a site in a file: read, and checked with its lines.

Programs load it only for a site that has a file, because the checks are those of `specs`.
"""
