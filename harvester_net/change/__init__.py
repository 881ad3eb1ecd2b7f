"""The ordered change: what cannot be done while VMs or the storage network use a network.

situation   everything live that a plan looks at
goal        what is wanted: an MTU, another uplink, another VLAN, another storage network
consent     what may be interrupted for it
plan        pure: (situation, goal, consent) -> record and refusals; it is made of
            targets: the configs, nodes and VM networks that are touched
            storage: the storage and RWX networks in the way
            vms: the VMs in the way
            refusals: what stands against it
record      what must not be lost: originals and progress, kept in the journal on the cluster
steps       pure: record -> ordered steps, each of which knows when it is done
run         carries the steps out, side by side where it can, and resumes after a kill
lease       one change at a time on a cluster
report      the plan and the progress in words
"""
