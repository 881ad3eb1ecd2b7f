"""Language hosts and plugins that are forked, not started: half of what a command of the CLI
costs in a test is that Python loads the same modules again, once for each of them.

`server` has them loaded, and forks for each `client`, which stands where the engine expects
the program: arguments, directory, environment and outputs are the client's, and neither
outlives the other. How the programs start by themselves is shown by `tests/plugin`, by the
tests that are marked `started`, and by all end-to-end tests on real nodes.
"""
