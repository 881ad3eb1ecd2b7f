"""The ordered change: what cannot be done while VMs or the storage network use a network.

goals/      what is wanted, one class each: an MTU, another uplink, another VLAN, another
            storage network, a deletion
consent     what may be interrupted for it
plan        pure: (snapshot, goal, consent) -> record and refusals; it asks
            storage: the storage and RWX networks in the way
            vms: the VMs in the way
            refusals: what stands against it
record      what must not be lost: originals and progress
journal     the record, kept on the cluster
steps/      pure: record -> ordered steps, each of which knows when it is done
rights      what a change asks of the API server, forwards and back
preflight   whether the user may do all of it, asked before anything is touched
apply       a change from its plan to its end, its resumption and its roll-back
executor    does the steps, side by side where it can, and resumes after a kill
context     what they work with, and who hears of it
lease       one change at a time on a cluster
errors      what can go wrong
report      the plan and the progress in words
"""
