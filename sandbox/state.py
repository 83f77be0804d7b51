"""What the workspace holds: the truth lives in memory, and every change is written through to disk.

A change happens inside `with state.change():`. When the outermost block ends, everything that was `touch`ed is written
in one transaction, the lock is given back, and only then the watchers hear of it: a watcher can never deadlock the
workspace, and nobody is told of something that a kill could still take back.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sandbox.disk import Disk
from sandbox.ids import Counter

Doc = dict[str, Any]
Watcher = Callable[[str, dict[str, str]], None]


# What disk keeps; the other kinds are only told to watchers.
_KEPT = frozenset({"message", "channel", "stack", "home", "user", "view", "usergroup", "file", "canvas", "scheduled"})


def in_channel(message: Doc) -> bool:
    """Whether a message stands in the channel itself and not only in a thread."""
    root = message.get("thread_ts")
    return root is None or root == message["ts"] or message.get("subtype") == "thread_broadcast"


@dataclass(slots=True)
class Channel:
    """A conversation of any type. `info` is Slack's channel object without the parts that depend on who looks."""

    info: Doc
    members: dict[str, None] = field(default_factory=dict)
    messages: dict[str, Doc] = field(default_factory=dict)  # by ts, oldest first
    threads: dict[str, list[str]] = field(default_factory=dict)  # root ts -> ts of the replies
    pins: dict[str, Doc] = field(default_factory=dict)  # ts -> {created, created_by}
    bookmarks: dict[str, Doc] = field(default_factory=dict)
    read: dict[str, str] = field(default_factory=dict)  # user -> ts up to which they have read

    @property
    def id(self) -> str:
        """Its id: C…, D… or G…."""
        return str(self.info["id"])

    @property
    def name(self) -> str:
        """Its name; empty for direct conversations."""
        return str(self.info.get("name", ""))

    @property
    def kind(self) -> str:
        """`channel`, `group`, `im` or `mpim`: the word events use as `channel_type`."""
        if self.info.get("is_im"):
            return "im"
        if self.info.get("is_mpim"):
            return "mpim"
        return "group" if self.info.get("is_private") else "channel"

    @property
    def is_archived(self) -> bool:
        """Whether nobody can write there any more."""
        return bool(self.info.get("is_archived"))

    def add(self, message: Doc) -> None:
        """Take a message in, in the order of time, and know the thread it belongs to."""
        self.messages[message["ts"]] = message
        root = message.get("thread_ts")
        if root and root != message["ts"]:
            self.threads.setdefault(root, []).append(message["ts"])

    def timeline(self, thread_ts: str | None = None) -> Iterator[Doc]:
        """The messages as they stand in the channel, or in one thread (its root first), oldest first."""
        if thread_ts is None:
            return (one for one in self.messages.values() if in_channel(one))
        return (self.messages[ts] for ts in [thread_ts, *self.threads.get(thread_ts, [])] if ts in self.messages)

    def drop(self, ts: str) -> Doc:
        """Forget a message and its place in a thread."""
        message = self.messages.pop(ts)
        self.pins.pop(ts, None)
        root = message.get("thread_ts")
        if root and root != ts and ts in self.threads.get(root, ()):
            self.threads[root].remove(ts)
            if not self.threads[root]:
                del self.threads[root]
        return message


class State:
    """All collections of the workspace, one lock, one way to change them."""

    def __init__(self, counter: Counter, disk: Disk | None) -> None:
        self.counter = counter
        self.lock = threading.RLock()
        self.users: dict[str, Doc] = {}
        self.channels: dict[str, Channel] = {}
        self.channel_of_ts: dict[str, str] = {}
        self.ephemerals: dict[str, list[Doc]] = {}  # user -> what only they see; Slack does not keep these either
        self.views: dict[str, Doc] = {}
        self.stacks: dict[str, list[str]] = {}  # user -> ids of the open modals, the top one last
        self.homes: dict[str, str] = {}  # user -> id of their App Home view
        self.drafts: dict[str, Doc] = {}  # view id, or user/ts of a message -> what is typed and chosen there now
        self.usergroups: dict[str, Doc] = {}
        self.files: dict[str, Doc] = {}
        self.contents: dict[str, bytes] = {}  # file id -> its bytes; in memory only
        self.canvases: dict[str, Doc] = {}
        self.scheduled: dict[str, Doc] = {}
        self._disk = disk
        self._depth = 0
        self._touched: dict[tuple[str, str], None] = {}
        self._news: list[tuple[str, dict[str, str]]] = []
        self._watchers: list[Watcher] = []
        if disk:
            self._restore(disk)

    @contextmanager
    def change(self) -> Iterator[None]:
        """Hold the lock; at the outermost end write what was touched and tell the watchers."""
        news: list[tuple[str, dict[str, str]]] = []
        with self.lock:
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                if not self._depth:
                    self._write()
                    news, self._news = self._news, []
        for kind, ids in news:
            self.tell(kind, ids)

    def touch(self, kind: str, key: str, **ids: str) -> None:
        """Say, inside a change, that the thing `key` of this kind is new, different or gone."""
        if self._disk and kind in _KEPT:
            self._touched[(kind, key)] = None
        if self._watchers:
            self._news.append((kind, ids or {"id": key}))

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Call `watcher(kind, ids)` after every change, from whatever thread made it; returns the way to stop."""
        self._watchers = [*self._watchers, watcher]

        def stop() -> None:
            self._watchers = [one for one in self._watchers if one is not watcher]

        return stop

    def tell(self, kind: str, ids: dict[str, str]) -> None:
        """Tell the watchers of something that is not kept on disk (a request, a delivery, a fault)."""
        for watcher in self._watchers:
            watcher(kind, ids)

    # -- disk ---------------------------------------------------------------------------------------------------------

    def _write(self) -> None:
        if self._disk is None or not self._touched:
            return
        rows = [(kind, key, self._document(kind, key)) for kind, key in self._touched]
        rows.append(("counter", "", {"number": self.counter.number, "last_us": self.counter.last_us}))
        self._disk.write(rows)
        self._touched.clear()  # only now: what could not be written is tried again with the next change

    def _document(self, kind: str, key: str) -> Doc | None:
        """What disk keeps of a thing; None when it is gone."""
        if kind == "message":
            channel, ts = key.split("/")
            return self.channels[channel].messages.get(ts)
        if kind == "channel":
            one = self.channels[key]
            return {
                "info": one.info,
                "members": list(one.members),
                "pins": one.pins,
                "bookmarks": one.bookmarks,
                "read": one.read,
            }
        if kind == "stack":
            return {"views": self.stacks.get(key, [])}
        if kind == "home":
            return {"view": self.homes.get(key)}
        return self._shelf(kind).get(key)

    def _shelf(self, kind: str) -> dict[str, Doc]:
        shelves = {
            "user": self.users,
            "view": self.views,
            "usergroup": self.usergroups,
            "file": self.files,
            "canvas": self.canvases,
            "scheduled": self.scheduled,
        }
        return shelves[kind]

    def _restore(self, disk: Disk) -> None:
        messages = []
        for kind, key, doc in disk.read():
            if kind == "counter":
                self.counter.number, self.counter.last_us = doc["number"], doc["last_us"]
            elif kind == "message":
                messages.append((key, doc))
            elif kind == "channel":
                members = dict.fromkeys(doc["members"])
                kept = Channel(doc["info"], members, pins=doc["pins"], bookmarks=doc["bookmarks"], read=doc["read"])
                self.channels[key] = kept
            elif kind == "stack":
                self.stacks[key] = doc["views"]
            elif kind == "home":
                self.homes[key] = doc["view"]
            else:
                self._shelf(kind)[key] = doc
        for key, doc in sorted(messages, key=lambda one: one[1]["ts"]):
            channel, ts = key.split("/")
            self.channels[channel].add(doc)
            self.channel_of_ts[ts] = channel
