"""People and a Bolt app: every verb, as a conversation."""

import pytest

from sandbox import NotAMember, NothingThere, Running, SandboxError, Workspace, messages
from sandbox.blockkit.filling import filled
from tests.sandbox import helper
from tests.sandbox.apps import bolt
from tests.sandbox.payloads import (
    actions,
    button,
    option,
    plain,
    section,
    select,
)


@pytest.fixture
def seen():
    """What reached the app."""
    return []


@pytest.fixture
def app(server: Running, seen):
    with bolt(server, lambda app: helper.register(app, seen)) as app:
        yield app


@pytest.fixture
def ana(ws: Workspace):
    return ws.person("Ana")


@pytest.mark.usefixtures("app")
class TestCommands:
    def test_the_ack_is_an_answer_for_the_person_alone(self, ws, ana):
        outcome = ana.types("/deploy now", "#dev")
        assert (outcome.ok, outcome.said) == (True, "on its way")
        assert [one["text"] for one in ana.sees("#dev")] == ["on its way"]
        assert ws.messages("#dev") == []

    def test_an_answer_may_be_for_the_channel(self, ws, ana):
        assert ana.types("/deploy loud", "#dev").said == "deployed"
        assert [one["text"] for one in ws.person("Bo").sees("#dev")] == ["deployed"]

    def test_an_empty_ack_shows_nothing(self, ana):
        assert ana.types("/deploy quiet", "#dev").said is None

    def test_names_are_escaped_where_the_manifest_says_so(self, ws, ana, seen):
        ws.add_channel("hidden", private=True, members=["Ana"])
        ana.types("/deploy quiet @bo #dev #hidden a<b & c", "#dev")
        dev, hidden = ws.channel("#dev")["id"], ws.channel("#hidden")["id"]
        assert seen[-1]["text"] == f"quiet <@U0BO|bo> <#{dev}|dev> <#{hidden}|> a&lt;b &amp; c"
        ana.types("/raw @bo #dev", "#dev")
        assert seen[-1]["text"] == "@bo #dev"

    def test_commands_do_not_run_in_threads(self, ana):
        root = ana.says("root", "#dev")
        assert ana.types("/deploy", "#dev", thread_ts=root["ts"]).failure == "not_in_threads"

    def test_an_undeclared_command_is_none(self, ana):
        assert ana.types("/launch", "#dev").failure == "unknown_command"

    def test_several_answers_come_through_the_response_url(self, ana):
        ana.types("/deploy twice", "#dev")
        assert [one["text"] for one in ana.sees("#dev")] == ["first", "second", "on its way"]

    def test_a_private_channel_is_named_as_slack_names_it(self, ws, ana, seen):
        ana.types("/deploy", "#secret")
        assert seen[-1]["channel_name"] == "privategroup"


@pytest.mark.usefixtures("app")
class TestModals:
    def test_a_modal_is_filled_in_by_its_labels(self, ana, seen):
        assert ana.types("/deploy modal", "#dev").modal["title"]["text"] == "New ticket"
        outcome = ana.fills(
            "New ticket",
            title="Paint it",
            how_big="Large",
            who=ana,
            due="2027-01-31",
            urgent=True,
            tags=["Red", "Blue"],
        )
        assert outcome.ok
        assert ana.modal is None
        values = seen[-1]
        assert values["title"]["text"] == {"type": "plain_text_input", "value": "Paint it"}
        assert values["size"]["size"]["selected_option"]["value"] == "l"
        assert values["who"]["who"] == {"type": "users_select", "selected_user": "U0ANA"}
        assert values["day"]["day"] == {"type": "datepicker", "selected_date": "2027-01-31"}
        assert [one["value"] for one in values["urgent"]["urgent"]["selected_options"]] == ["yes"]
        assert [one["value"] for one in values["tags"]["tags"]["selected_options"]] == ["red", "blue"]

    def test_what_is_preset_is_sent_and_what_is_left_out_is_null(self, ana, seen):
        ana.types("/deploy modal", "#dev")
        ana.fills("New ticket", title="x")
        assert seen[-1]["size"]["size"]["selected_option"]["value"] == "s"
        assert seen[-1]["who"]["who"]["selected_user"] is None
        assert seen[-1]["tags"]["tags"]["selected_options"] == []

    def test_the_client_itself_asks_for_what_is_required(self, ana, seen):
        ana.types("/deploy modal", "#dev")
        before = len(seen)
        outcome = ana.fills("New ticket")
        assert outcome.errors == {"Title": "Please complete this required field."}
        assert len(seen) == before

    def test_errors_stand_beside_their_input_and_the_modal_stays(self, ana):
        ana.types("/deploy modal", "#dev")
        outcome = ana.fills("New ticket", title="bad")
        assert (outcome.ok, outcome.errors) == (False, {"Title": "Not this one"})
        assert ana.fills("New ticket", title="good").ok

    def test_a_view_is_pushed_on_top(self, ana):
        ana.types("/deploy modal", "#dev")
        assert ana.fills("New ticket", title="next").modal["title"]["text"] == "Second"
        assert [one["title"]["text"] for one in ana.modals] == ["New ticket", "Second"]
        second = ana.modal
        assert second["previous_view_id"] == second["root_view_id"] == ana.modals[0]["id"]

    def test_a_view_is_changed_in_place(self, ana):
        ana.types("/deploy modal", "#dev")
        view_id = ana.modal["id"]
        assert ana.fills("New ticket", title="other").modal["title"]["text"] == "Changed"
        assert ana.modal["id"] == view_id

    def test_closing_is_told_when_asked_for(self, ana, seen):
        ana.types("/deploy modal", "#dev")
        ana.closes_modal()
        assert seen[-1] == {"closed": False}
        ana.types("/deploy modal", "#dev")
        ana.fills("New ticket", title="next")
        ana.closes_modal(everything=True)
        assert seen[-1] == {"closed": True}
        assert ana.modals == []

    def test_options_come_from_the_app(self, ana):
        ana.types("/deploy modal", "#dev")
        assert [one["value"] for one in ana.options("tags", "re")] == ["red", "green"]

    def test_a_person_cannot_fill_in_what_is_not_there(self, ana):
        with pytest.raises(NothingThere, match="has no modal open"):
            ana.closes_modal()
        ana.types("/deploy modal", "#dev")
        with pytest.raises(NothingThere, match="nothing called 'colour'"):
            ana.fills("New ticket", colour="red")
        with pytest.raises(NothingThere, match="no option 'Huge'; there are: 'Small', 'Large'"):
            ana.fills("New ticket", how_big="Huge")


@pytest.mark.usefixtures("app")
class TestMessages:
    def post(self, ws, *blocks):
        with ws.state.change():
            whole = {**messages.by_app(ws, "card"), "blocks": filled(list(blocks), ws.counter.block_id)}
            return messages.say(ws, ws.conversation("#dev"), whole)

    def test_a_button_is_clicked_by_its_words(self, ws, ana, seen):
        card = self.post(ws, actions(button(text=plain("Restart"), value="web"), button("no", text=plain("Leave"))))
        outcome = ana.clicks("Restart", on=card)
        assert outcome.said == "gone"
        assert seen[-1]["value"] == "web"
        with pytest.raises(NothingThere, match="no button 'Reboot'; there are: 'Restart', 'Leave'"):
            ana.clicks("Reboot", on=card)

    def test_the_clicked_message_is_replaced(self, ws, ana):
        card = self.post(ws, actions(button("replace")))
        ana.clicks("replace", on=card)
        (message,) = ws.messages("#dev")
        assert message["text"] == "replaced"
        assert "blocks" not in message

    def test_the_clicked_message_is_removed(self, ws, ana):
        ana.clicks("remove", on=self.post(ws, actions(button("remove"))))
        assert ws.messages("#dev") == []

    def test_a_choice_in_a_message_is_sent_with_its_state(self, ws, ana, seen):
        card = self.post(ws, actions(select(options=[option("a", "A"), option("b", "B")])))
        assert ana.chooses("B", on=card).ok
        assert seen[-1]["selected_option"]["value"] == "b"
        ((deliver,),) = [[one for one in ws.deliveries if one.kind == "interactive"]]
        block = card["blocks"][0]["block_id"]
        assert deliver.payload["state"]["values"][block]["pick"]["selected_option"]["value"] == "b"

    def test_an_overflow_option_is_clicked(self, ws, ana, seen):
        menu = {"type": "overflow", "action_id": "pick", "options": [option("x", "Delete"), option("y", "Copy")]}
        ana.clicks("Copy", on=self.post(ws, section(accessory=menu)))
        assert (seen[-1]["type"], seen[-1]["selected_option"]["value"]) == ("overflow", "y")

    def test_names_become_references_and_signs_are_escaped(self, ws, ana):
        said = ana.says("@bo look at #dev & <!channel> https://example.com/?a=1&b=2", "#dev")
        dev = ws.channel("#dev")["id"]
        assert said["text"] == f"<@U0BO> look at <#{dev}|dev> &amp; &lt;!channel&gt; <https://example.com/?a=1&amp;b=2>"
        kinds = [one["type"] for one in said["blocks"][0]["elements"][0]["elements"]]
        assert kinds == ["user", "text", "channel", "text", "link"]

    def test_shortcuts_open_modals(self, ana, seen):
        assert ana.shortcut("Open a ticket").ok
        assert "channel" not in seen[-1]
        ana.fills("New ticket", title="x")
        said = ana.says("keep me", "#dev")
        ana.shortcut("Keep this", message=said)
        keep = next(one for one in seen if one.get("callback_id") == "keep")
        assert (keep["type"], keep["message"]["text"], keep["message_ts"]) == ("message_action", "keep me", said["ts"])
        with pytest.raises(NothingThere, match="no global shortcut 'Keep this'"):
            ana.shortcut("Keep this")

    def test_home_is_published_when_it_is_opened(self, ws, ana, seen):
        assert ws.home("Ana") is None
        ana.opens_home()
        assert ws.home("Ana")["type"] == "home"
        assert ana.clicks("go", on="home").ok
        assert seen[-1]["type"] == "button"


class TestPlaces:
    def test_a_private_channel_is_closed_to_others(self, ws):
        bo = ws.person("Bo")
        with pytest.raises(NotAMember):
            bo.sees("#secret")
        ws.person("Ana").invites(bo, "#secret")
        assert "U0BO" in ws.channel("#secret")["members"]
        assert bo.sees("#secret")[-1]["subtype"] == "group_join"

    def test_one_joins_a_public_channel_before_writing_there(self, ws):
        bo = ws.person("Bo")
        with pytest.raises(NotAMember, match="let them join"):
            bo.says("hello", "#quiet")
        bo.joins("#quiet")
        bo.says("hello", "#quiet")

    def test_unread_is_counted_until_it_is_read(self, ws):
        ana, bo = ws.person("Ana"), ws.person("Bo")
        ana.says("one", "#dev")
        ana.says("two", "#dev")
        assert (bo.unread("#dev"), ana.unread("#dev")) == (2, 0)
        bo.reads("#dev")
        assert bo.unread("#dev") == 0

    def test_people_change_only_their_own_words(self, ws):
        ana, bo = ws.person("Ana"), ws.person("Bo")
        said = ana.says("teh", "#dev")
        assert ana.edits(said, "the")["edited"]["user"] == "U0ANA"
        with pytest.raises(SandboxError, match="not Bo's"):
            bo.deletes(said)
        ana.deletes(said)
        with pytest.raises(NothingThere, match="any more"):
            ana.reacts("eyes", said)

    def test_unknown_names_say_which_there_are(self, ws):
        with pytest.raises(NothingThere, match="Ana, Bo"):
            ws.person("Zoe")
        with pytest.raises(NothingThere, match="#dev"):
            ws.channel("#prod")

    def test_the_deactivated_are_gone_from_the_channels(self, ws):
        ws.deactivate("Bo")
        assert ws.person("Bo").deleted
        assert "U0BO" not in ws.channel("#dev")["members"]
