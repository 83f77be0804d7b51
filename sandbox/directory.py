"""The people of the workspace, and the app among them."""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sandbox import events
from sandbox.errors import NothingThere, SandboxError
from sandbox.ids import user_id

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

User = dict[str, Any]

_COLOURS = ("9f69e7", "4bbe2e", "e7392d", "3c989f", "674b1b", "e96699", "e0a729", "684b6c", "5b89d5", "2b6836")


def install_app(ws: "Workspace") -> None:
    """Put the app's bot user and Slackbot into the workspace, unless they are there (a kept state)."""
    name = ws.manifest.name
    bot = _user(ws, ws.bot_user_id, name, real_name=name, email=None, tz="America/Los_Angeles")
    bot["is_bot"] = True
    bot["profile"].update(bot_id=ws.bot_id, api_app_id=ws.app_id, always_active=True)
    ws.state.users[ws.bot_user_id] = bot
    ws.state.touch("user", ws.bot_user_id)
    if "USLACKBOT" not in ws.state.users:
        slackbot = _user(ws, "USLACKBOT", "slackbot", real_name="Slackbot", email=None, tz="America/Los_Angeles")
        slackbot["is_bot"] = True
        ws.state.users["USLACKBOT"] = slackbot
        ws.state.touch("user", "USLACKBOT")


def add_person(ws: "Workspace", name: str, *, real_name: str | None, email: str | None, tz: str, admin: bool) -> User:
    """Add a member; the app gets `team_join`. Raises SandboxError when the name is taken or the zone unknown."""
    key = user_id(name)
    if key in ws.state.users:
        raise SandboxError(f"there already is somebody called {name!r} ({key}); choose another name")
    mail = email or f"{name.lower()}@example.com"
    user = _user(ws, key, name, real_name=real_name or name, email=mail, tz=tz)
    user["is_admin"] = admin
    ws.state.users[key] = user
    ws.state.touch("user", key)
    events.emit(ws, {"type": "team_join", "user": for_app(ws, user)})
    return user


def deactivate(ws: "Workspace", user: User) -> None:
    """Mark a user as deleted and take them out of every channel."""
    user["deleted"] = True
    for channel in ws.state.channels.values():
        if channel.kind not in ("im", "mpim") and channel.members.pop(user["id"], 0) is None:
            ws.state.touch("channel", channel.id)
    ws.state.stacks.pop(user["id"], None)
    ws.state.touch("stack", user["id"])
    ws.state.touch("user", user["id"])
    events.emit(ws, {"type": "user_change", "user": for_app(ws, user), "cache_ts": ws.counter.seconds()})


def find(ws: "Workspace", who: str) -> User:
    """The user of this id, name or real name (any case); raises NothingThere."""
    with ws.state.lock:
        everybody = dict(ws.state.users)
    user = everybody.get(who)
    if user is None:
        wanted = who.removeprefix("@").casefold()
        user = next((one for one in everybody.values() if wanted in _names(one)), None)
    if user is None:
        known = ", ".join(one["profile"]["display_name"] for one in everybody.values() if not one["is_bot"])
        raise NothingThere(f"there is nobody called {who!r}; there are: {known or 'no people yet'}")
    return user


def _names(user: User) -> set[str]:
    return {user["name"].casefold(), user["real_name"].casefold(), user["profile"]["display_name"].casefold()}


def for_app(ws: "Workspace", user: User) -> User:
    """The user object as the app gets it: the e-mail address only with its scope, the zone's offset as it is now."""
    zone = ZoneInfo(user["tz"])
    now = datetime.fromtimestamp(ws.clock.now(), zone)
    offset = now.utcoffset()
    seen = {**user, "tz_label": now.tzname() or "", "tz_offset": int(offset.total_seconds()) if offset else 0}
    if "users:read.email" not in ws.scopes:
        seen["profile"] = {key: value for key, value in user["profile"].items() if key != "email"}
    return seen


def bot_icons() -> dict[str, str]:
    """Addresses of the app's icons; nothing fetches them."""
    return {f"image_{size}": f"https://a.slack-edge.com/80588/img/plugins/app/bot_{size}.png" for size in (36, 48, 72)}


def _user(ws: "Workspace", key: str, name: str, *, real_name: str, email: str | None, tz: str) -> User:
    try:
        ZoneInfo(tz)
    except (ZoneInfoNotFoundError, ValueError):
        raise SandboxError(f"{tz!r} is no IANA time zone; write one such as Europe/Berlin") from None
    first, _, last = real_name.partition(" ")
    avatar = {
        f"image_{size}": f"https://secure.gravatar.com/avatar/{key.lower()}.jpg?s={size}" for size in _AVATAR_SIZES
    }
    profile = {
        "title": "",
        "phone": "",
        "skype": "",
        "real_name": real_name,
        "real_name_normalized": real_name,
        "display_name": name,
        "display_name_normalized": name,
        "status_text": "",
        "status_emoji": "",
        "status_expiration": 0,
        "avatar_hash": f"g{key.lower()}",
        "first_name": first,
        "last_name": last,
        **avatar,
        "team": ws.team_id,
    }
    if email:
        profile["email"] = email
    return {
        "id": key,
        "team_id": ws.team_id,
        "name": name.lower().replace(" ", "."),
        "deleted": False,
        "color": _COLOURS[len(ws.state.users) % len(_COLOURS)],
        "real_name": real_name,
        "tz": tz,
        "tz_label": "",
        "tz_offset": 0,
        "profile": profile,
        "is_admin": False,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "is_bot": False,
        "is_app_user": False,
        "updated": ws.counter.seconds(),
        "is_email_confirmed": True,
        "has_2fa": False,
        "who_can_share_contact_card": "EVERYONE",
    }


_AVATAR_SIZES = (24, 32, 48, 72, 192, 512)
