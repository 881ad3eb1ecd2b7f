"""Tests of the embedded control plane, from its store to what clients see."""
