"""What a person points at: a message, an ephemeral message, a modal, App Home. And what of it can be clicked."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox import forms, interactions
from sandbox.errors import NothingThere, SandboxError
from sandbox.forms import Field
from sandbox.state import Channel

if TYPE_CHECKING:
    from sandbox.people.seat import Place, Seat
    from sandbox.workspace import Workspace

Doc = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Surface:
    """One thing with blocks on somebody's screen; `channel` is None for views."""

    ws: "Workspace"
    user: str
    thing: Doc
    channel: Channel | None = None
    ephemeral: bool = False

    @property
    def blocks(self) -> list[Doc]:
        """All blocks, those of attachments too."""
        attached = [block for one in self.thing.get("attachments") or () for block in one.get("blocks") or ()]
        return [*(self.thing.get("blocks") or ()), *attached]

    @property
    def typed(self) -> forms.Values:
        """What this person has typed and chosen here and not sent; alive: changes to it are kept."""
        key = f"{self.user}/{self.thing['ts']}" if self.channel else str(self.thing["id"])
        return self.ws.state.drafts.setdefault(key, {})

    def values(self) -> forms.Values:
        """`state.values` as it is now."""
        return forms.state(self.blocks, self.typed)

    def where(self) -> Doc:
        """The part of an interaction's payload that says where it happened."""
        if self.channel:
            return interactions.in_message(self.ws, self.user, self.channel, self.thing, ephemeral=self.ephemeral)
        return interactions.in_view(self.ws, self.user, self.thing, self.values())

    def __str__(self) -> str:
        if self.channel:
            return f"the message {self.thing.get('text', '')[:40]!r}"
        return "App Home" if self.thing["type"] == "home" else f"the modal {self.thing['title']['text']!r}"


def look_at(seat: "Seat", on: "Place") -> Surface:
    """The thing meant by `"modal"`, `"home"`, a message object or a ts; raises NothingThere when it is not there."""
    ws = seat.ws
    if on == "modal":
        stack = ws.state.stacks.get(seat.id)
        if not stack:
            raise NothingThere(f"{seat.name} has no modal open")
        return Surface(ws, seat.id, ws.state.views[stack[-1]])
    if on == "home":
        view = ws.state.homes.get(seat.id)
        if view is None:
            raise NothingThere(f"{seat.name}'s App Home is empty; the app has published nothing")
        return Surface(ws, seat.id, ws.state.views[view])
    ts = on if isinstance(on, str) else str(on.get("ts"))
    for message in ws.state.ephemerals.get(seat.id, ()):
        if message["ts"] == ts:
            return Surface(ws, seat.id, message, ws.state.channels[message["channel"]], ephemeral=True)
    channel, found = seat.find_message(on)
    return Surface(ws, seat.id, found, channel)


def button(surface: Surface, wanted: str, value: str | None) -> tuple[Field, Doc]:
    """The button or overflow option with this visible text or action id, and its part of the `actions` of the payload."""
    for field, action in _clickable(surface):
        if wanted in _names(field, action) and value in (None, _value(action)):
            return field, action
    seen = ", ".join(repr(_names(field, action)[0]) for field, action in _clickable(surface))
    raise NothingThere(f"{surface} has no button {wanted!r}; there are: {seen or 'none'}")


def _clickable(surface: Surface) -> list[tuple[Field, Doc]]:
    found = []
    for field in forms.fields(surface.blocks):
        if field.sort == "overflow":
            found += [(field, {"selected_option": one}) for one in field.element["options"]]
        elif field.sort not in forms.VALUE_KEYS:
            found.append(
                (field, {key: field.element[key] for key in ("text", "value", "style") if key in field.element})
            )
    return found


def _names(field: Field, action: Doc) -> list[str]:
    chosen = action.get("selected_option")
    if chosen:
        return [chosen["text"]["text"], str(chosen.get("value")), field.action_id]
    return [field.label, field.action_id]


def _value(action: Doc) -> Any:
    return action.get("selected_option", action).get("value")


def choice(surface: Surface, wanted: Any, action: str | None) -> Field:
    """The element to choose from: by its label or action id, or the only one that offers what is wanted."""
    if action:
        return forms.find(surface.blocks, action)
    fields = [one for one in forms.fields(surface.blocks) if one.sort in forms.VALUE_KEYS]
    if len(fields) == 1:
        return fields[0]
    offering = [one for one in fields if _offers(one, wanted)]
    if len(offering) == 1:
        return offering[0]
    raise SandboxError(f"{surface} has {len(fields)} things to choose from: say which, by action=…")


def _offers(field: Field, wanted: Any) -> bool:
    first = wanted[0] if isinstance(wanted, list) and wanted else wanted
    return any(first in (one["text"]["text"], one.get("value")) for one in forms.options_of(field.element))
