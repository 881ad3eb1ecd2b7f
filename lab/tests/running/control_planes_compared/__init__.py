"""The embedded control plane held against the real one, scenario by scenario.

Scenarios (`scenarios`) are data: requests of a user and faults, step by step. They are played
(`play`) on a lab of Harvester's own programs and on an embedded one. After each step it is
compared what the server answered, what every object then says of itself, each write to each
object, and the order of writes where one causes the other (`facts`, `writes`, `order`). What
the real control plane did is kept in `recorded/` (`record`), so that the embedded one is held
against it without any Go; `differences` knows which differences there are and why.

`python -m lab.tests.running.control_planes_compared record` makes the record anew, `table`
the table in docs/lab.md.
"""
