"""Harvester's controllers on a small state of their own: tables of writes, and whole lives."""
