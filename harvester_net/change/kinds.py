"""The kinds of objects that a change needs to know."""

from __future__ import annotations

from ..cluster.resources import CLAIM, LONGHORN_SETTING, VM, VMI, VOLUME
from ..harvester.loading import NETWORK_KINDS

CHANGE_KINDS = (*NETWORK_KINDS, VM, VMI, VOLUME, CLAIM, LONGHORN_SETTING)
