"""One page of HTML about the networks of a cluster, and about what a preview makes of them.

Pure: the same snapshot and the same preview give the same bytes. The page is all in one file,
which loads nothing and runs nothing.
"""
