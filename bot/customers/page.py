"""The status page as files in a folder, for whoever serves them better than a bot does."""

import os
from pathlib import Path

from bot.errand import Errand, Learned, nothing
from bot.errors import TargetUnclear
from bot.views.site import Site
from db import notices


def write(errand: Errand) -> Learned:
    """Bring the folder to what is published. Each file is replaced as a whole, what links to others comes last."""
    parts = errand.parts
    folder = parts.policy.customers.page.folder
    if folder is None:
        return nothing
    with parts.store.read() as session:
        incidents = notices.public(session)
    site = Site(parts.policy, incidents, now=parts.clock.now())
    try:
        for path in site:
            content = site.draw(path)
            assert content is not None
            _put(folder / path, content)
        _take_away(folder / "incidents", {incident.uid for incident in incidents})
    except OSError as error:
        raise TargetUnclear(f"the folder of customers.page cannot be written ({error.strerror})") from error
    return nothing


def _put(path: Path, content: bytes) -> None:
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.new")
    unfinished.write_bytes(content)
    os.replace(unfinished, path)  # noqa: PTH105 -- the same on every system, and atomic


def _take_away(folder: Path, shown: set[str]) -> None:
    """Pages of incidents that are not public any more: their texts were redacted."""
    for old in folder.iterdir() if folder.is_dir() else ():
        if old.name not in shown and len(old.name) == 32:
            (old / "index.html").unlink(missing_ok=True)
            old.rmdir()
