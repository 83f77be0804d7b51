"""Two of the post-mortems that `tests/postmortems` tells, as the pictures that tocsin draws of them. Part of `make pictures`."""

import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))

import migrations  # noqa: E402 -- found by the line above
from bot.views import pictures  # noqa: E402
from db.engine import open_engine  # noqa: E402
from tests.postmortems.telling import RULES, tell  # noqa: E402

# One that was over within a day, and one that took two weeks.
NAMES = ("github-2018", "atlassian-2022")


def main() -> None:
    """Draw them anew."""
    for name in NAMES:
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{folder}/tocsin.db"
            engine = open_engine(url)
            migrations.upgrade(engine)
            engine.dispose()
            _, record, now = tell(name, url)
        (HERE / f"{name}.png").write_bytes(pictures.timeline(record, RULES, now=now).png)
        print(f"docs/pictures/{name}.png")


if __name__ == "__main__":
    main()
