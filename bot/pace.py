"""Slack's pace, kept before Slack has to ask for it.

Limits are per method and workspace in windows of a minute (tiers 2, 3, 4: 20, 50, 100 calls), and one message a second
in a channel over all ways of posting (docs.slack.dev/apis/web-api/rate-limits). Slack publishes no burst sizes, so a
method may be called as often as its tier says within *any* sixty seconds: whatever Slack's windows are, they hold.

Several bots on one workspace do not know of each other; what they overdo together is answered with 429, which `Slack`
turns into `SlackBusy`, and the method rests for everybody in this process.
"""

import threading
from collections import defaultdict, deque
from collections.abc import Callable

WINDOW = 60.0
PER_MINUTE = {
    2: (
        "conversations.create",
        "conversations.archive",
        "conversations.rename",
        "conversations.setTopic",
        "conversations.list",
        "conversations.canvases.create",
        "pins.add",
        "reactions.add",
    ),
    3: (
        "chat.update",
        "chat.delete",
        "canvases.edit",
        "canvases.sections.lookup",
        "conversations.invite",
        "conversations.join",
        "conversations.open",
        "conversations.info",
        "conversations.history",
        "conversations.replies",
        "files.delete",
        "users.conversations",
    ),
    4: (
        "views.open",
        "views.publish",
        "users.info",
        "chat.postEphemeral",
        "files.getUploadURLExternal",
        "files.completeUploadExternal",
    ),
}
CALLS = {2: 20, 3: 50, 4: 100}
LIMITS = {method: CALLS[tier] for tier, methods in PER_MINUTE.items() for method in methods}
POSTING = frozenset({"chat.postMessage", "chat.postEphemeral"})
BETWEEN_POSTS = 1.0


class Pace:
    """Says how long to wait before a call. Safe from several threads. `seconds` is a monotonic clock."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._calls: dict[str, deque[float]] = defaultdict(deque)
        self._posted: dict[str, float] = {}
        self._resting: dict[str, float] = {}

    def take(self, method: str, channel: str | None = None, share: float = 1.0) -> float:
        """Seconds to wait before this call may be made. 0 means: now, and it has been counted.

        Otherwise nothing was counted: come back after that time and ask again. Who can wait takes only a `share` of what
        Slack allows, so that there is always some left for who cannot.
        """
        with self._lock:
            now = self._seconds()
            wait = max(self._method_wait(method, now, share), self._channel_wait(method, channel, now), 0.0)
            if wait == 0:
                self._calls[method].append(now)
                if channel is not None and method in POSTING:
                    self._posted[channel] = now
            return wait

    def rest(self, method: str, seconds: float) -> None:
        """Slack asked for a pause of this method."""
        with self._lock:
            self._resting[method] = self._seconds() + seconds

    def _method_wait(self, method: str, now: float, share: float) -> float:
        calls, limit = self._calls[method], LIMITS.get(method)
        while calls and calls[0] <= now - WINDOW:
            calls.popleft()
        most = len(calls) + 1 if limit is None else max(1, int(limit * share))
        full = calls[len(calls) - most] + WINDOW - now if len(calls) >= most else 0.0
        return max(full, self._resting.get(method, 0.0) - now)

    def _channel_wait(self, method: str, channel: str | None, now: float) -> float:
        if channel is None or method not in POSTING:
            return 0.0
        if len(self._posted) > 1000:  # Only the last second matters.
            self._posted = {name: at for name, at in self._posted.items() if at > now - BETWEEN_POSTS}
        return self._posted.get(channel, now - BETWEEN_POSTS) + BETWEEN_POSTS - now
