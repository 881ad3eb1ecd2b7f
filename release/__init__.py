"""What a release is made of: `make dist`.

`python -m release` runs in `build/tools`, which has what builds, and has beside it
`build/runtime`, which has what the plugin needs and nothing else (`release.environment`).
"""
