"""VMs on overlay networks, VM networks of kube-ovn (B3)."""

from __future__ import annotations

from ..cluster.resources import NAD, key_of
from .cni import is_overlay
from .snapshot import VMS_ON, Snapshot


def overlay_vms(snapshot: Snapshot) -> list[str]:
    """The VMs, running or not, whose spec names an overlay network, sorted."""
    nads = snapshot.of(NAD).items()
    overlays = [key for key, nad in nads if is_overlay(nad)]
    return sorted({key_of(vm) for key in overlays for vm in snapshot.group(VMS_ON, key)})
