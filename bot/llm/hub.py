"""Fetch a file from the publisher's hub, continuing a partial one."""

from __future__ import annotations

from pathlib import Path

import httpx

from bot.llm.catalogue import HubSource
from bot.llm.fetch import Grown, SourceFailed

# an unreachable hub may cost seconds, not minutes, and each of its addresses is tried this long: there is another source
TIMEOUT = httpx.Timeout(30.0, connect=2.0)
ATTEMPTS = 3


class Hub:
    """Downloads over HTTP; once the hub cannot be reached it is not asked again by this object."""

    def __init__(self, timeout: httpx.Timeout = TIMEOUT) -> None:
        self._timeout = timeout
        self._down: str | None = None

    def fetch(self, source: HubSource, partial: Path, size: int, grown: Grown) -> None:
        """Bring `partial` to `size` bytes; raises SourceFailed, and OSError when it cannot be written."""
        if self._down:
            raise SourceFailed(self._down)
        with httpx.Client(timeout=self._timeout, follow_redirects=True) as client:
            for attempt in range(1, ATTEMPTS + 1):
                had = _size(partial)
                try:
                    _download(client, source.url, partial, size, grown)
                    return
                except (httpx.TransportError, httpx.DecodingError) as error:
                    # a connection lost on the way is worth another try, as long as the last one brought something
                    if _size(partial) <= had or attempt == ATTEMPTS:
                        self._down = f"cannot be reached ({type(error).__name__})"
                        raise SourceFailed(self._down) from error
                except (httpx.HTTPError, httpx.InvalidURL) as error:
                    raise SourceFailed(type(error).__name__) from error


def _size(partial: Path) -> int:
    return partial.stat().st_size if partial.exists() else 0


def _download(client: httpx.Client, url: str, partial: Path, size: int, grown: Grown) -> None:
    done = _size(partial)
    if done > size:
        partial.unlink()
        done = 0
    if done == size:
        return
    # identity: a compressed body could not be continued at a byte of the file
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={done}-"} if done else {})
    with client.stream("GET", url, headers=headers) as response:
        if response.status_code not in (200, 206):
            raise SourceFailed(f"answered {response.status_code}")
        if response.status_code == 200:  # it sends the file from its beginning, asked or not
            done = 0
        elif not response.headers.get("Content-Range", "").startswith(f"bytes {done}-"):
            raise SourceFailed("sent another range than asked for")
        with partial.open("r+b" if done else "wb") as out:
            out.seek(done)
            for block in response.iter_bytes():
                done += len(block)
                if done > size:
                    raise SourceFailed(f"sent more than {size} bytes")
                out.write(block)
                grown(done)
    if done < size:
        raise SourceFailed(f"sent {done} of {size} bytes")
