"""The Web API methods, one module a family. `HANDLERS` is complete once `load` has run."""

from importlib import import_module

from sandbox.api.registry import HANDLERS, Call, Handler, missing_scope

__all__ = ["HANDLERS", "Call", "Handler", "load", "missing_scope"]

_FAMILIES = (
    "about",
    "bookmarks",
    "canvases",
    "chat",
    "conversations",
    "files",
    "history",
    "membership",
    "reactions",
    "scheduled",
    "streams",
    "usergroups",
    "users",
    "views",
)


def load() -> dict[str, Handler]:
    """All handlers by method name."""
    for family in _FAMILIES:
        import_module(f"sandbox.api.{family}")
    return HANDLERS
