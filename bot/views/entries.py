"""A line of the timeline, as people read it: who did what. One template a kind, in `templates/timeline/`."""

from bot.policy import Policy
from bot.views import paragraphs
from bot.views.kit import Safe
from bot.views.paragraphs import MRKDWN, Dialect
from db.records import EntryRecord


def told(entry: EntryRecord, policy: Policy, dialect: Dialect = MRKDWN) -> Safe:
    """Who did what, on one line and in full. When it was is the caller's to show.

    An entry is never rewritten, so an old one may lack what is written today: the templates ask before they name.
    """
    if entry.redacted_at is not None:
        return Safe(f"{dialect.person(entry.by)} · _redacted_")
    values = {**entry.data, "text": entry.text, "by": entry.by}
    sentence = paragraphs.render(f"timeline/{entry.kind.value}", values, policy=policy, dialect=dialect)
    return Safe(f"{dialect.person(entry.by)} {' '.join(sentence.split())}")
