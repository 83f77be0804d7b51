"""What is counted while the bot runs, for Prometheus. Labels are words from our own code: no title, name or id of a person."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()

ANSWERS = Histogram(
    "tocsin_answer_seconds",
    "Time from Slack's payload to our answer, which leaves after the commit.",
    ["kind"],
    registry=REGISTRY,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3),
)
REFUSALS = Counter("tocsin_refusals_total", "Requests answered with a sentence that says no.", registry=REGISTRY)
BUGS = Counter("tocsin_errors_total", "Requests that ended in an unexpected error.", registry=REGISTRY)
SLACK_CALLS = Counter("tocsin_slack_calls_total", "Calls of Slack's Web API.", ["method", "result"], registry=REGISTRY)
DELIVERED = Counter(
    "tocsin_effects_total", "Effects carried, by kind and what became of it.", ["kind", "result"], registry=REGISTRY
)
BACKUPS = Counter("tocsin_backups_total", "Scheduled backups, by how they ended.", ["result"], registry=REGISTRY)
LAST_BACKUP = Gauge(
    "tocsin_last_backup_timestamp_seconds", "When the last scheduled backup was written.", registry=REGISTRY
)
CHASES = Counter("tocsin_chases_total", "Reminders that the chase sent.", registry=REGISTRY)
CLOCK_AHEAD = Gauge(
    "tocsin_clock_ahead_seconds",
    "How far this machine's clock is ahead of the database's, which is used.",
    registry=REGISTRY,
)
CLOCK_REMINDERS = Counter("tocsin_clock_reminders_total", "Reminders of regulatory clocks.", registry=REGISTRY)
