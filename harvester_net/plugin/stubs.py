"""The SDK's generated stubs of gRPC, loaded without the SDK.

They lie inside of the package `pulumi`, whose `__init__` loads all of the SDK, the Automation
API and OpenTelemetry with it: more than everything else that the plugin needs for an answer to
the handshake. Only components need the SDK (decision 167).
"""

from __future__ import annotations

import importlib
import sys
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from types import ModuleType

STUBS = "pulumi.runtime.proto"
AROUND = ("pulumi", "pulumi.runtime", STUBS)
"""The packages around the stubs."""
_ONE_OF_THEM = f"{STUBS}.provider_pb2"
_LOCK = Lock()


class _Empty(ModuleType):
    """A package of which nothing is loaded but what is imported from inside it by name."""


def load_stubs() -> None:
    """Let the stubs be imported one by one, as if the packages around them were empty.
    ``import pulumi`` gets an empty package until `load_sdk` was called.
    """
    if "pulumi" in sys.modules or (spec := find_spec("pulumi")) is None:
        return
    folders = list(spec.submodule_search_locations or ())
    for name in AROUND:
        package = _Empty(name)
        package.__path__ = [str(Path(folder, *name.split(".")[1:])) for folder in folders]
        sys.modules[name] = package
    if find_spec(_ONE_OF_THEM) is None:
        # Another layout of the SDK: all of it, then.
        load_sdk()


def load_sdk() -> None:
    """Import all of the SDK, with the stubs that are loaded, once; from any thread, for the
    engine asks for several components at the same time.
    """
    with _LOCK:
        if not isinstance(sys.modules.get("pulumi"), _Empty):
            return
        for name in AROUND:
            del sys.modules[name]
        proto = importlib.import_module(STUBS)
        # The import system does it for modules that were not there before.
        for name, module in list(sys.modules.items()):
            package, _, own = name.rpartition(".")
            if package == STUBS:
                setattr(proto, own, module)
