"""A site: what concerns networks on a cluster, as a document that can leave it.

Which fields of which kind are read is a list of what is allowed (`kinds` and the modules that
it gathers), never of what is not: what nobody has named there stays at home. The same list
says what each text means, so that names and addresses can be replaced everywhere they occur
(`anonymous`).

Pure: the command `harvester-net snapshot` does the asking, `harvester_net.lab.likeness` brings
a site up in a lab.
"""
