"""The proof on the devices: what each node's own bond, bridge and ports say.

Nothing in the API shows the bridge's MTU, and what it shows of the rest is second hand
(O5.3). So a short pod on each node looks, and another one pings its neighbours.

devices     what was seen on a node
vlans       sets of VLAN IDs
answers     from a pod's words to devices
pods        the pods, and the image that they run; pure
look.sh     what the first pod does: it reads, and needs no rights for it
ping.sh     what the second one does: full frames over a VLAN
pinging     who pings whom, over what, and what came of it; pure
findings    what is not as it should be; pure
holders     who is behind a port that holds a bridge's MTU down; pure
hosts       what an operator types on a host, by version
pairs       which pings failed between whom; pure
facts       what is to be proven, and what the nodes are held against; pure
outcome     all that was seen and found
values      the same as plain values, for JSON and outputs
nodes       carries pods to the nodes, waits, and always takes them away again
check       the whole check: look, ping, judge
"""
