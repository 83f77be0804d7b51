"""What is known of issues in trackers."""

from dataclasses import dataclass
from datetime import date, datetime

from db.enums import ActionState


@dataclass(frozen=True, kw_only=True)
class IssueRecord:
    """A follow-up action as its tracker has it; `state`, `owner` and `due_on` are what both sides last agreed on."""

    action_id: int
    uid: str
    place: str
    remote: str | None = None
    asked_at: datetime | None = None
    state: ActionState = ActionState.OPEN
    owner: str
    due_on: date
