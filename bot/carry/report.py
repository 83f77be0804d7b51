"""The figures of a month, and their chart."""

from bot.carry.pictures import upload_picture
from bot.carry.showing import when_told
from bot.effects import PostReport
from bot.errand import Errand, Learned, nothing
from bot.views import figures, pictures
from bot.workflows import monthly
from db.records import Month, discreet


def post_report(effect: PostReport, errand: Errand) -> Learned:
    """Post the figures of a month, with those of the months before to compare them with."""
    parts, month = errand.parts, Month.parse(effect.month)
    with parts.store.read() as session:
        report = monthly.report(session, policy=parts.policy, month=month, now=parts.clock.now())
        report = discreet(report)
    message, since = figures.post(report, parts.policy), errand.look_since
    channel = parts.slack.channel_named(parts.settings.incidents_channel)
    parts.slack.post(channel, message.arguments(), key=f"report:{errand.claimed.uid}", look_since=since)
    text = f"{month.name} and the months before, posted {when_told(errand)}"
    picture = pictures.months(report, parts.policy)
    shared = upload_picture(errand, channel, text, f"incidents-{month}.png", picture, look_since=since)
    if not shared:
        return nothing
    return lambda work: monthly.chart_shared(work, month=month, file=shared[0], alt=picture.alt)
