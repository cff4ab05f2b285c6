from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from instantchat.engine.context import ContactView
from instantchat.engine.effects import CallApi, FetchProfile
from instantchat.engine.inputs import Input, ProfileReady, Reply, Result, Start, Tap, TimeUp
from instantchat.engine.plain import from_json, to_json
from instantchat.engine.progress import Progress
from instantchat.engine.run import Run
from instantchat.engine.stepper import STEP_LIMIT, advance
from instantchat.engine.window import Window
from tests.engine.builders import NOW, QUICK, compiled, context, message, new_run, node, say, sent_texts, trigger


def start(flow, text: str = "hi", at: str | None = None, **fields) -> Progress:
    given = message(text)
    return advance(flow, new_run(), Start(given, at), context(given, **fields))


class TestWalking:
    def test_goes_through_to_the_end(self) -> None:
        flow = compiled(
            [
                trigger("t", "price"),
                node("c", "conditionNode", keyword="red"),
                say("r", "Red is 5"),
                say("o", "Others 4"),
            ],
            "t>c",
            "c.true>r",
            "c.false>o",
        )
        red = start(flow, "price of red?", "t")
        assert sent_texts(red.effects) == ["Red is 5"]
        assert [(step.node_id, step.outcome, step.exit) for step in red.trace] == [
            ("t", "take", "next"),
            ("c", "take", "true"),
            ("r", "take", "next"),
        ]
        assert (red.run.state, red.run.node_id, red.run.steps) == ("completed", "r", 3)
        assert sent_texts(start(flow, "price?", "t").effects) == ["Others 4"]

    def test_a_variable_set_is_read_by_later_nodes(self) -> None:
        flow = compiled(
            [
                trigger("t"),
                node("v", "actionNode", action="set_variable", variable="size", value="{{message.text}}"),
                say("m", "Size {{size}} for {{variables.size}}"),
            ],
            "t>v",
            "v>m",
        )
        progress = start(flow, "XL", "t")
        assert sent_texts(progress.effects) == ["Size XL for XL"]
        assert progress.contact.variables == {"size": "XL"}

    def test_a_tag_added_is_seen_by_a_condition(self) -> None:
        rules = [{"field": "contact.tags", "op": "contains", "value": "vip"}]
        flow = compiled(
            [
                node("a", "actionNode", action="tag_customer", tag="VIP"),
                node("c", "conditionNode", rules=rules),
                say("m"),
            ],
            "a>c",
            "c>m",
        )
        assert start(flow).run.node_id == "m"

    def test_an_unconnected_exit_ends_the_run_and_says_so(self) -> None:
        progress = start(compiled([node("c", "conditionNode", keyword="x")]))
        assert progress.run.state == "completed"
        assert progress.trace[-1].note == "Nothing is connected to this exit."

    def test_an_edge_without_handle_leaves_a_condition_by_true(self) -> None:
        flow = compiled([node("c", "conditionNode", keyword="x"), say("m")], "c>m")
        assert sent_texts(start(flow, "xyz").effects) == ["Hello"]
        assert sent_texts(start(flow, "abc").effects) == []


class TestStepLimit:
    def chain(self, length: int):
        tags = [node(f"n{index}", "actionNode", action="tag_customer", tag="x") for index in range(length)]
        return compiled(tags, *(f"n{index}>n{index + 1}" for index in range(length - 1)))

    def test_a_hundred_steps_are_allowed(self) -> None:
        assert start(self.chain(STEP_LIMIT)).run.state == "completed"

    def test_the_next_fails_the_run(self) -> None:
        progress = start(self.chain(STEP_LIMIT + 1))
        assert progress.run.state == "failed"
        assert progress.run.error is not None and progress.run.error.code == "step_limit"
        assert (progress.trace[-1].outcome, progress.trace[-1].node_id) == ("fail", "n100")

    def test_a_wait_begins_the_count_again(self) -> None:
        chain = [node(f"n{index}", "actionNode", action="tag_customer", tag="x") for index in range(99)]
        more = [node(f"m{index}", "actionNode", action="tag_customer", tag="x") for index in range(100)]
        flow = compiled(
            [*chain, node("d", "delayNode", amount=1), *more],
            *(f"n{index}>n{index + 1}" for index in range(98)),
            "n98>d",
            "d>m0",
            *(f"m{index}>m{index + 1}" for index in range(99)),
        )
        waiting = start(flow).run
        assert waiting.state == "waiting"
        assert advance(flow, waiting, TimeUp(), context()).run.state == "completed"

    def test_an_api_call_is_no_such_wait(self) -> None:
        flow = compiled([node("a", "actionNode", action="api_call", endpoint="https://x.example")], "a>a", "a.error>a")
        progress = start(flow, at="a")
        calls = 0
        while progress.run.state == "waiting":
            call = progress.effects[0]
            assert isinstance(call, CallApi)
            calls += 1
            progress = advance(flow, progress.run, Result(call.ref, 200), context())
        assert (calls, progress.run.state) == (STEP_LIMIT, "failed")


class TestOriginalFormat:
    def test_starts_at_nodes_without_incoming_edges_in_node_order(self) -> None:
        flow = compiled([say("b", "one"), say("c", "two"), say("a", "three")], "b>c")
        assert flow.starts == ("b", "a")
        assert sent_texts(start(flow).effects) == ["one", "two", "three"]

    def test_the_second_start_comes_after_the_first_waited(self) -> None:
        flow = compiled([say("a", "one?", quickReplies=QUICK), say("b", "two")])
        waiting = start(flow)
        assert sent_texts(waiting.effects) == ["one?"]
        after = advance(flow, waiting.run, Reply(message("no")), context(message("no")))
        assert sent_texts(after.effects) == ["two"]

    def test_notes_are_no_starts(self) -> None:
        assert compiled([node("n", "noteNode", text="x"), say("a")]).starts == ("a",)


class TestWaitingForAReply:
    flow = compiled([say("q", "Sure?", quickReplies=QUICK), say("y", "Good"), say("n", "Pity")], "q.yes>y", "q.no>n")

    def test_waits_until_the_window_closes(self) -> None:
        run = start(self.flow).run
        assert (run.state, run.waiting_for, run.node_id) == ("waiting", "reply", "q")
        assert run.wake_at == run.expires_at == NOW + timedelta(hours=24)

    def test_goes_on_by_the_tapped_exit(self) -> None:
        run = start(self.flow).run
        progress = advance(self.flow, run, Reply(message("No"), Tap("q", "no")), context())
        assert sent_texts(progress.effects) == ["Pity"]
        assert "wait" not in progress.run.data
        assert progress.run.data["message"]["text"] == "No"

    def test_a_tap_on_an_earlier_message_goes_back_to_it(self) -> None:
        flow = compiled(
            [say("q", "1?", quickReplies=QUICK), say("p", "2?", quickReplies=QUICK), say("n", "Pity")],
            "q.yes>p",
            "q.no>n",
        )
        at_second = advance(flow, start(flow).run, Reply(message("Yes"), Tap("q", "yes")), context()).run
        assert at_second.node_id == "p"
        assert sent_texts(advance(flow, at_second, Reply(message("No"), Tap("q", "no")), context()).effects) == ["Pity"]

    def test_ends_when_the_window_closes(self) -> None:
        later = NOW + timedelta(hours=24)
        progress = advance(self.flow, start(self.flow).run, TimeUp(), context(now=later, window=Window(later)))
        assert progress.run.state == "completed"
        assert progress.run.wake_at is None


class TestWaitingForTime:
    flow = compiled([node("d", "delayNode", amount=2, unit="hours"), say("m", "You said {{message.text}}")], "d>m")

    def test_remembers_the_message_across_the_wait(self) -> None:
        run = start(self.flow, "hello").run
        assert (run.waiting_for, run.wake_at, run.expires_at) == ("time", NOW + timedelta(hours=2), None)
        stored = from_json(Run, to_json(run))
        progress = advance(self.flow, stored, TimeUp(), context(now=NOW + timedelta(hours=2)))
        assert sent_texts(progress.effects) == ["You said hello"]


class TestWaitingForAResult:
    flow = compiled(
        [
            node("a", "actionNode", action="api_call", endpoint="https://x.example", saveAs="stock"),
            say("m", "{{response.status}}: {{response.body.items[1].price}}, {{stock.items[0].price}}"),
            say("e", "failed {{response.error}}"),
        ],
        "a>m",
        "a.error>e",
    )

    def test_reads_the_answer(self) -> None:
        waiting = start(self.flow)
        (call,) = waiting.effects
        assert isinstance(call, CallApi)
        body = {"items": [{"price": 3}, {"price": 4.5}]}
        progress = advance(self.flow, waiting.run, Result(call.ref, 200, body), context())
        assert sent_texts(progress.effects) == ["200: 4.5, 3"]

    def test_takes_error(self) -> None:
        waiting = start(self.flow)
        progress = advance(self.flow, waiting.run, Result("run_1.1", error="no host"), context())
        assert sent_texts(progress.effects) == ["failed no host"]

    def test_the_answer_of_another_call_changes_nothing(self) -> None:
        waiting = start(self.flow)
        progress = advance(self.flow, waiting.run, Result("run_1.9", 200), context())
        assert progress == Progress(waiting.run, ContactView("con_1", "1789"))


class TestWaitingForTheProfile:
    flow = compiled([trigger("t"), say("m", "Hi {{contact.first_name|there}}")], "t>m")
    stranger = ContactView("con_1", "1789", profile_known=False)

    def test_waits_two_seconds_at_most(self) -> None:
        progress = start(self.flow, at="t", contact=self.stranger)
        assert progress.effects == (FetchProfile(),)
        assert (progress.run.waiting_for, progress.run.wake_at) == ("profile", NOW + timedelta(seconds=2))

    @pytest.mark.parametrize(
        ("given", "name", "text"), [(ProfileReady(), "Ann", "Hi Ann"), (TimeUp(), None, "Hi there")]
    )
    def test_then_goes_on(self, given: Input, name: str | None, text: str) -> None:
        run = start(self.flow, at="t", contact=self.stranger).run
        world = context(contact=replace(self.stranger, first_name=name, profile_known=name is not None))
        progress = advance(self.flow, run, given, world)
        assert sent_texts(progress.effects) == [text]
        assert [step.node_id for step in progress.trace] == ["t", "m"]

    def test_other_flows_do_not_wait(self) -> None:
        flow = compiled([trigger("t"), say("m", "Hi")], "t>m")
        assert sent_texts(start(flow, at="t", contact=self.stranger).effects) == ["Hi"]


class TestWhatIsNotAwaited:
    @pytest.mark.parametrize("given", [Result("x", 200), ProfileReady(), Reply(message("x"))])
    def test_changes_nothing(self, given: Input) -> None:
        flow = compiled([node("d", "delayNode", amount=1), say("m")], "d>m")
        run = start(flow).run
        assert advance(flow, run, given, context()) == Progress(run, context().contact)

    def test_a_run_that_is_over_stays_so(self) -> None:
        flow = compiled([say("m")])
        over = start(flow).run
        assert advance(flow, over, TimeUp(), context()).run is over

    def test_a_node_gone_from_the_version_fails_the_run(self) -> None:
        waiting = start(compiled([node("d", "delayNode", amount=1)])).run
        progress = advance(compiled([say("m")]), waiting, TimeUp(), context())
        assert progress.run.error is not None and progress.run.error.code == "node_missing"
