"""Benchmarks: `python -m bench`. They print; they judge nothing."""
