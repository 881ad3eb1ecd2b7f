"""The border to the engine, without a process."""
