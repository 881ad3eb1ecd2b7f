"""The steps of a change, and their order: pure functions of the record."""
