"""The documentation as a site: the pages of `docs/`, and a page made from the schema for each
resource, component and function. `make docs` builds it into `build/docs/site`.
"""
