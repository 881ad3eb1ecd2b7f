"""Whose a connection is, as the kernel's lists tell it."""

from __future__ import annotations

import os
from pathlib import Path
from unittest.mock import patch

import pytest

from harvester_net.plugin.callers import OnlyOurs, owner_of

HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid"
REST = "01 00000000:00000000 00:00000000 00000000"


def line(local: int, remote: int, uid: int, host: str = "0100007F") -> str:
    return f"   0: {host}:{local:04X} {host}:{remote:04X} {REST}  {uid}        0 34"


TABLE = "\n".join(
    [
        HEAD,
        line(5000, 0, 0),
        line(5000, 40001, 1000),
        line(40001, 5000, 65534),
        line(40002, 6000, 1),
        line(40002, 5000, 1000, "0000000000000000FFFF00000100007F"),
        "  9: cut short",
    ]
)


@pytest.mark.parametrize(
    ("port", "owner"),
    [(40001, 65534), (40002, 1000), (40003, None), (5000, None)],
    ids=[
        "another user",
        "by IPv6, and to somebody else too",
        "no such connection",
        "our side",
    ],
)
def test_owner_of_a_connection_is_that_of_its_own_end(port: int, owner: int | None) -> None:
    assert owner_of(TABLE, port, 5000) == owner


@pytest.mark.parametrize("text", ["", HEAD, "\n\n", "x\ny z"])
def test_list_that_says_nothing_tells_of_nobody(text: str) -> None:
    assert owner_of(text, 40001, 5000) is None


@pytest.mark.parametrize(
    ("uid", "peer", "may"),
    [
        (65534, "ipv4:127.0.0.1:40001", True),
        (1000, "ipv4:127.0.0.1:40001", False),
        (1000, "ipv6:[::1]:40002", True),
        (1000, "ipv4:127.0.0.1:40009", True),
        (1000, "unix:", True),
    ],
)
def test_only_the_user_who_started_the_plugin_may_call(
    uid: int, peer: str, may: bool, tmp_path: Path
) -> None:
    table = tmp_path / "tcp"
    table.write_text(TABLE)
    callers = OnlyOurs()
    callers.port = 5000
    tables = (tmp_path / "none", table)
    with (
        patch("harvester_net.plugin.callers.TABLES", tables),
        patch.object(os, "getuid", lambda: uid),
    ):
        assert callers._may_call(peer) is may
