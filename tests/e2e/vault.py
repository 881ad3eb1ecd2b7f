"""A key server for stacks of tests: the two requests of a HashiCorp Vault that Pulumi makes.

From a passphrase, which has nothing to hide here, each command of the CLI would derive its key
anew by a million rounds of hashing: a quarter of what a command costs in a test.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = "hashivault://stacks"
_PREFIX = "vault:v1:"


class _Transit(BaseHTTPRequestHandler):
    """Says that it has encrypted what it was sent, and gives it back."""

    def do_PUT(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if "/encrypt/" in self.path:
            data = {"ciphertext": _PREFIX + asked["plaintext"]}
        else:
            data = {"plaintext": asked["ciphertext"].removeprefix(_PREFIX)}
        body = json.dumps({"data": data}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        pass


@contextmanager
def vault() -> Iterator[dict[str, str]]:
    """The environment variables by which Pulumi finds it, as long as it runs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Transit)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield {
            "VAULT_SERVER_URL": f"http://127.0.0.1:{server.server_port}",
            "VAULT_SERVER_TOKEN": "of-tests",
        }
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
