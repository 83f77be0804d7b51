"""Regulatory clocks: what people record of them, and what follows from that. A reminder and a record, not legal advice.

Nothing is guessed. A time, an answer, a filing or a decision is what somebody said, with who and when; what it replaces stays on
the timeline. What runs is computed from them (`follow`), whenever one of them changes, and never for what was filed.
"""

from bot.workflows.clocks.recorded import (
    answer,
    draft,
    file,
    framework_of,
    give,
    not_required,
    question_of,
    record_time,
    rule_of,
    take_back,
    withdraw,
)
from bot.workflows.clocks.reminders import redraw_all, remind
from bot.workflows.clocks.running import follow

__all__ = [
    "answer",
    "draft",
    "file",
    "follow",
    "framework_of",
    "give",
    "not_required",
    "question_of",
    "record_time",
    "redraw_all",
    "remind",
    "rule_of",
    "take_back",
    "withdraw",
]
