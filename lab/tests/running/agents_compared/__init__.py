"""The simulated network agents held against the real ones.

One table of scenarios (`scenarios`) is played on both kinds of nodes (`stage`, `play`). After
each step everything that agents write, and what the network controller makes of it, is put
into comparable words (`facts`, `order`). What real nodes did is kept in real_nodes.json
(`record`); `differences` holds the simulated ones against it, and knows which differences
there are and why. `python -m lab.tests.running.agents_compared` makes the record and the
table in docs/lab.md.
"""
