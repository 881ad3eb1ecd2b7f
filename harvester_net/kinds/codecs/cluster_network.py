"""A cluster network: an object without a spec, whose MTU is an annotation (H1.1)."""

from __future__ import annotations

from ...cluster.resources import CLUSTER_NETWORK, Object, annotations_of, key_of, labels_of
from ...harvester.mtus import uplink_mtu
from ...harvester.names import UPLINK_MTU
from ...specs import cluster_network as specs
from ...specs.unknown import is_known
from ..differences import Properties
from .codec import Codec, metadata


class ClusterNetworkCodec(Codec[specs.ClusterNetwork]):
    """Between inputs and object."""

    resource = CLUSTER_NETWORK

    def key(self, inputs: Properties) -> str | None:
        name = inputs.get("name")
        return str(name) if is_known(name) else None

    def manifest(self, desired: specs.ClusterNetwork, mtu: int) -> Object:
        # The MTU follows in `finish`: the server refuses it at create (H3.1).
        return {
            "apiVersion": CLUSTER_NETWORK.api,
            "kind": CLUSTER_NETWORK.kind,
            "metadata": metadata(desired),
        }

    def proposed(self, desired: specs.ClusterNetwork, live: Object | None, mtu: int) -> Object:
        made = self.manifest(desired, mtu) if live is None else live
        return super().proposed(desired, made, mtu)

    def patch(self, desired: specs.ClusterNetwork, live: Object, mtu: int) -> Object:
        """The MTU of a cluster network that has no configs yet; with configs it is a matter of
        the ordered change, which is over when this is asked.
        """
        wanted = desired.decided_mtu
        if wanted is None or uplink_mtu(live) == wanted:
            return {}
        return {"metadata": {"annotations": {UPLINK_MTU: str(wanted)}}}

    def observed_inputs(self, live: Object) -> Properties:
        return {
            "name": key_of(live),
            "labels": labels_of(live),
            "annotations": annotations_of(live),
            "mtu": uplink_mtu(live),
        }
