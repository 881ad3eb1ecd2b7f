"""One request to the API of a host, and what its answer means for the next one.

`requests` is loaded here, and only when something is posted.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ...harvester.json_texts import fields_in, items_in
from ...printable import printable
from .apis import Asked
from .place import Place

if TYPE_CHECKING:
    import requests

SECONDS_TO_CONNECT = 10.0
SECONDS_TO_READ = 30.0
LARGEST = 32 * 2**20
"""Bytes of an answer: a hundred comments of the greatest length are 7 MB."""
LONGEST_WORDS = 300
_CHUNK = 2**16
_BUSY = frozenset((500, 502, 503, 504))


class PostingFailed(Exception):
    """The comment is not there; the message says why, without the token."""


class TryAgain(Exception):
    """The host wants to be asked later: after so many seconds, if it said so."""

    def __init__(self, words: str, seconds: float | None = None) -> None:
        super().__init__(words)
        self.seconds = seconds


@dataclass(frozen=True)
class Answer:
    """What a host said."""

    status: int
    value: object = None
    """Its JSON; None if it has none."""
    link: str = ""
    """The address of the next page."""

    @property
    def good(self) -> bool:
        """Whether it did what it was asked."""
        return 200 <= self.status < 300


class Client:
    """Asks one API, with one token; nobody else is shown that."""

    def __init__(self, place: Place, headers: Mapping[str, str]) -> None:
        import requests

        self._place, self._origin = place, _origin(place.api)
        self._session = requests.Session()

        def authorized(request: requests.PreparedRequest) -> requests.PreparedRequest:
            request.headers.update(headers)
            return request

        # Headers alone would give way to what a .netrc has for the host.
        self._session.auth = authorized

    def close(self) -> None:
        """Leave the connections."""
        self._session.close()

    def ask(self, asked: Asked) -> Answer:
        """The answer. Raises TryAgain and PostingFailed."""
        import requests

        if _origin(asked.url) != self._origin:
            raise PostingFailed(f"{self._place.api} leads to another server for its next page")
        try:
            with self._session.request(
                asked.method,
                asked.url,
                params=asked.query or None,
                json=asked.body,
                timeout=(SECONDS_TO_CONNECT, SECONDS_TO_READ),
                allow_redirects=False,
                stream=True,
            ) as response:
                return self._answer(response)
        except (
            requests.ConnectionError,
            requests.Timeout,
            requests.exceptions.ChunkedEncodingError,
        ) as error:
            raise TryAgain(
                f"{self._place.api} cannot be reached: {self.said(error)}"
            ) from error
        except requests.RequestException as error:
            raise PostingFailed(f"{self._place.api}: {self.said(error)}") from error

    def said(self, words: object) -> str:
        """Words of others in one line, and without the token."""
        text = str(words).replace(self._place.token, "[token]")
        return printable(text, LONGEST_WORDS)

    def _answer(self, response: requests.Response) -> Answer:
        value = _json(_bounded(response))
        words = f"{response.status_code}: {self.said(words_of(value) or response.reason)}"
        if is_limited(response.status_code, response.headers):
            raise TryAgain(words, seconds_to_wait(response.headers, time.time()))
        if 300 <= response.status_code < 400:
            raise PostingFailed(f"{self._place.api} has moved ({response.status_code})")
        link = response.links.get("next", {}).get("url", "")
        return Answer(response.status_code, value, link)


def is_limited(status: int, headers: Mapping[str, str]) -> bool:
    """Whether the same request may be well later. GitHub says 403 of its limits too."""
    if status == 429 or status in _BUSY:
        return True
    limited = "Retry-After" in headers or headers.get("X-RateLimit-Remaining") == "0"
    return status == 403 and limited


def seconds_to_wait(headers: Mapping[str, str], now: float) -> float | None:
    """How long the host wants to be left alone; None if it says nothing that can be read.

    ``now``: seconds since 1970.
    """
    after = headers.get("Retry-After", "").strip()
    if after.isascii() and after.isdigit():
        return float(after)
    if after:
        try:
            return max(parsedate_to_datetime(after).timestamp() - now, 0.0)
        except ValueError:
            return None
    reset = headers.get("X-RateLimit-Reset", "").strip()
    if headers.get("X-RateLimit-Remaining") == "0" and reset.isascii() and reset.isdigit():
        return max(float(reset) - now, 0.0)
    return None


def words_of(value: object) -> str:
    """What an answer says went wrong, in the forms that the four have."""
    document = fields_in(value)
    said = document.get("message") or document.get("error") or ""
    if isinstance(said, dict):
        said = said.get("message") or json.dumps(said)
    details = [fields_in(item).get("message") for item in items_in(document.get("errors"))]
    return "; ".join(str(words) for words in (said, *details) if words)


def _bounded(response: requests.Response) -> bytes:
    found = bytearray()
    for chunk in response.iter_content(_CHUNK):
        found += chunk
        if len(found) > LARGEST:
            raise PostingFailed(f"an answer of more than {LARGEST} bytes")
    return bytes(found)


def _json(text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc
