"""How many small mistakes in the code the fast tests notice: `make mutants`.

A fixed sample of mutants (a comparison turned, a condition negated, a raise dropped) is made
one by one in a copy of the project, and the tests that run through the changed line are run
on it. One that no test notices is alive: a test is missing, or the change means the same.
"""
