"""The generated stubs of the SDK, without the SDK and with it afterwards: in processes of
their own, for this one has loaded all of it.
"""

from __future__ import annotations

import subprocess
import sys

from harvester_net.plugin.stubs import AROUND, STUBS

SEEN_WITHOUT = """
from harvester_net.plugin.stubs import load_stubs
load_stubs()
import harvester_net.plugin.provider, harvester_net.plugin.servicer
import sys
print(*sorted(name for name in sys.modules if name.split(".")[0] == "pulumi"))
"""
SEEN_WITH = """
from harvester_net.plugin.stubs import load_sdk, load_stubs
load_stubs()
from pulumi.runtime.proto import provider_pb2
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor() as threads:
    list(threads.map(lambda _: load_sdk(), range(4)))
import pulumi, pulumi.provider.experimental.server
print(pulumi.Output.from_input(1) is not None)
print(pulumi.runtime.proto.provider_pb2 is provider_pb2)
print(pulumi.runtime.proto.CheckRequest is provider_pb2.CheckRequest)
"""
SEEN_ELSEWHERE = """
from harvester_net.plugin import stubs
stubs._ONE_OF_THEM = f"{stubs.STUBS}.moved_pb2"
stubs.load_stubs()
import pulumi
print(pulumi.Output.__name__)
"""


def _said(code: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout.split()


def test_all_that_serves_resources_and_functions_needs_no_more_than_the_stubs() -> None:
    loaded = _said(SEEN_WITHOUT)
    assert "pulumi.runtime.proto.provider_pb2" in loaded
    assert {name for name in loaded if not name.startswith(STUBS)} == {*AROUND} - {STUBS}


def test_the_sdk_that_is_loaded_later_is_whole_and_has_the_same_stubs() -> None:
    assert _said(SEEN_WITH) == ["True"] * 3


def test_an_sdk_of_another_layout_is_loaded_whole() -> None:
    assert _said(SEEN_ELSEWHERE) == ["Output"]
