"""Kubeconfigs that are broken anywhere, and answers of servers that are none."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from harvester_net.cluster import access as access_module
from harvester_net.cluster.access import AccessSettings, load
from harvester_net.cluster.connection import _decoded
from harvester_net.cluster.errors import BadConnection, ClusterError, error_of

from ...cluster import kubeconfig
from ..fuzzed import Value, changed, fuzzed, texts

USER = {
    "token": "abc",
    "as": "ada",
    "as-uid": "7",
    "as-groups": ["admins"],
    "as-user-extra": {"reason": ["night"]},
}
VALID = kubeconfig("https://127.0.0.1:1", USER)
DEEP = "[" * 2_000
# The parser is slow, and each that is one costs a TLS context.
TEXTS = (
    changed(VALID).map(yaml.safe_dump)
    | texts(VALID).filter(lambda text: len(text) < 2_000)
    | st.just(DEEP)
)


@pytest.fixture(autouse=True)
def _nothing_around(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.setattr(access_module, "IN_CLUSTER_TOKEN", tmp_path / "no-token")


async def opened(settings: AccessSettings) -> None:
    access = await load(settings)
    try:
        await access.headers()
    finally:
        await access.transport.close()


def tried(settings: AccessSettings) -> None:
    with suppress(BadConnection):
        asyncio.run(opened(settings))


@fuzzed
@given(TEXTS)
def test_kubeconfig_text_is_used_or_a_bad_connection(text: str) -> None:
    # A program that it names is run: nobody lets chance name one.
    assume("exec" not in text and "auth-provider" not in text)
    tried(AccessSettings(f"{text}\n", environment=""))


@fuzzed
@given(TEXTS)
def test_kubeconfig_file_is_used_or_a_bad_connection(tmp_path: Path, text: str) -> None:
    assume("exec" not in text and "auth-provider" not in text)
    file = tmp_path / "config"
    file.write_text(text, errors="replace")
    tried(AccessSettings(str(file), environment=""))


STATUS = {
    "kind": "Status",
    "message": 'admission webhook "a" denied the request: Internal error occurred: no',
    "reason": "InternalError",
    "code": 500,
}


@fuzzed
@given(texts(STATUS), st.binary(max_size=20), st.sampled_from([400, 403, 404, 409, 422, 500]))
def test_any_answer_of_a_server_is_an_error_in_one_line(
    text: str, more: bytes, status: int
) -> None:
    for content in (text.encode(errors="replace"), text.encode(errors="replace") + more):
        error = error_of(status, _decoded(content), "get x")
        assert isinstance(error, ClusterError)
        assert str(error).isprintable()
        assert len(str(error)) <= 3000


@fuzzed
@given(changed(STATUS))
def test_any_status_of_a_server_is_an_error_in_one_line(value: Value) -> None:
    error = error_of(500, json.loads(json.dumps(value)), "get x")
    assert str(error).isprintable()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"{DEEP}\n", "the kubeconfig text is not valid YAML"),
        (
            yaml.safe_dump(kubeconfig("https://127.0.0.1:1", {"token": "a", "as-groups": 7})),
            "the kubeconfig text cannot be used as a kubeconfig: 'int' object is not iterable",
        ),
    ],
)
async def test_kubeconfig_that_chance_has_found(text: str, says: str) -> None:
    with pytest.raises(BadConnection) as bad:
        await opened(AccessSettings(text, environment=""))
    assert str(bad.value) == says


def test_json_that_is_too_deep_is_text() -> None:
    assert _decoded(b"[" * 100_000) == "[" * 100_000
