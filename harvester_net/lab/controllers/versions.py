"""What controllers do from a version of Harvester on, besides what the rules know (H7)."""

from __future__ import annotations

from harvester_net.harvester.versions import Feature

MTU_IS_NOTED = Feature((1, 6), "cluster networks say their MTU")
LABELS_ARE_RECHECKED = Feature((1, 7), "labels of VM networks are made good again")
VLANS_ARE_NOTED = Feature((1, 7), "cluster networks say their VLANs")
SOURCE_MOVES = Feature((1, 8), "the MTU of a cluster network outlives its network config")
ADDRESSES_ARE_COUNTED = Feature((1, 5), "the storage network waits for its addresses")
HEALTHY_NODES_COUNT = Feature((1, 9), "only healthy nodes need addresses")
CHART_STAYS = Feature((1, 9), "monitoring's chart is not paused meanwhile")
WAITING_IN_LOWER_CASE = Feature((1, 6), "the wait for volumes is told in lower case")
