"""HTTP connections that are kept open for the next call: to make one takes more time than the call, two or three round trips.

Nothing is ever sent twice from here. A connection that the other side has closed meanwhile is noticed before it is used again;
one that has been idle is not used again at all: it could be closed in the very moment in which a call goes out, and
whoever made the call could not know whether it was carried out.
"""

import ssl
import time
import urllib.request
from base64 import b64encode
from functools import cache
from urllib.parse import unquote, urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, NewConnectionError
from urllib3.exceptions import TimeoutError as TimedOut

# Servers and balancers let go of what is idle after five seconds at the earliest, most of them after a minute.
IDLE_SECONDS = 4.0
# To each host: for all carriers, and for those who answer people.
KEPT = 64


@cache
def trust() -> ssl.SSLContext:
    """Whom to trust: all certificates of the machine. To read them takes longer than a call, so they are read once."""
    return ssl.create_default_context()


def post(
    url: str, body: bytes, headers: dict[str, str], *, seconds: float, proxy: str | None
) -> urllib3.BaseHTTPResponse:
    """The answer, whatever its status, with all that it holds. An `OSError` when there was none, or half of one.

    `seconds` is the patience with each step. `proxy` is used where the environment does not name the host in `no_proxy`.
    """
    parts = urlsplit(url)
    pools = _pools(_proxy(proxy, parts.scheme, parts.netloc))
    try:
        return pools.urlopen("POST", url, body=body, headers=headers, timeout=seconds, retries=False, redirect=False)
    except HTTPError as error:
        late = isinstance(error, TimedOut) and not isinstance(error, NewConnectionError)
        raise (TimeoutError if late else ConnectionError)(str(error)) from error


class _NotIdle(HTTPConnection):
    """A connection that takes itself for closed when it has been idle."""

    answered_at = 0.0

    def getresponse(self) -> urllib3.HTTPResponse:  # type: ignore[override] # as in the class above
        """Wait for the answer; when it came is what idleness counts from."""
        answer = super().getresponse()
        self.answered_at = time.monotonic()
        return answer

    @property
    def is_connected(self) -> bool:
        """What the pool asks before it gives the connection out again."""
        return super().is_connected and time.monotonic() - self.answered_at < IDLE_SECONDS


class _NotIdleSafe(_NotIdle, HTTPSConnection):
    """The same, over TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _NotIdle


class _SafePool(HTTPSConnectionPool):
    ConnectionCls = _NotIdleSafe


@cache
def _pools(proxy: str | None) -> urllib3.PoolManager:
    """The connections of this process, by way of this proxy: of a bot's clients and whoever else is in a hurry."""
    if proxy is None:
        pools = urllib3.PoolManager(maxsize=KEPT, ssl_context=trust())
    else:
        # As the standard library does it: the proxy is spoken to in the clear, and TLS goes through it.
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        host = parts.netloc.rpartition("@")[2]
        known = {}
        if parts.username is not None:
            named = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            known["proxy-authorization"] = f"Basic {b64encode(named.encode()).decode()}"
        pools = urllib3.ProxyManager(f"http://{host}", proxy_headers=known, maxsize=KEPT, ssl_context=trust())
    pools.pool_classes_by_scheme = {"http": _Pool, "https": _SafePool}
    return pools


@cache
def _proxy(proxy: str | None, scheme: str, host: str) -> str | None:
    """The proxy for this host: what Slack's SDK was told, or what the system knows; none where it is to be passed by."""
    if urllib.request.proxy_bypass(host):
        return None
    return proxy or urllib.request.getproxies().get(scheme)
