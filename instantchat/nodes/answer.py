"""What a question takes as its answer, as a form and as a reader."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from instantchat.engine.answers import is_region, read_choice, read_date, read_email, read_number, read_phone
from instantchat.engine.form import Labels, Part, Required, Show
from instantchat.engine.issues import Issue
from instantchat.engine.regex import PatternError, check_pattern, compile_pattern
from instantchat.engine.text import shorten
from instantchat.engine.visit import Visit
from instantchat.engine.zone import local_date
from instantchat.nodes.offers import QUICK_REPLIES, QuickReplyItem, check_titles


class Answer(Part):
    """What counts as an answer."""

    type: Annotated[
        Literal["text", "email", "phone", "number", "date", "choice", "regex"],
        Field(title="Kind of answer"),
        Labels(
            {
                "text": "Anything",
                "email": "E-mail address",
                "phone": "Phone number",
                "number": "Number",
                "date": "Date",
                "choice": "One of some choices",
                "regex": "Text that fits a pattern",
            }
        ),
    ] = "text"
    region: Annotated[
        str,
        Field(
            title="Country",
            description="Two letters, such as ES, for numbers without +. Empty: they must begin with +.",
            max_length=2,
        ),
        Show({"type": "phone"}),
    ] = ""
    min: Annotated[float | None, Field(title="At least"), Show({"type": "number"})] = None
    max: Annotated[float | None, Field(title="At most"), Show({"type": "number"})] = None
    order: Annotated[
        Literal["dmy", "mdy"],
        Field(title="03/04/2026 is", description="Matters only where a date could be read both ways."),
        Labels({"dmy": "3 April", "mdy": "March 4"}),
        Show({"type": "date"}),
    ] = "dmy"
    options: Annotated[
        list[QuickReplyItem],
        Field(title="Choices", description="Offered as quick replies.", max_length=QUICK_REPLIES),
        Required,
        Show({"type": "choice"}),
    ] = []
    pattern: Annotated[
        str,
        Field(title="Pattern", description=r"The whole answer must fit, such as \d{5}.", max_length=300),
        Required,
        Show({"type": "regex"}),
    ] = ""

    def read(self, text: str, visit: Visit, titles: Sequence[str]) -> Any:
        """The value to keep, or None for a wrong answer. `titles` are those of the choices as they were offered."""
        if self.type == "email":
            return read_email(text)
        if self.type == "phone":
            return read_phone(text, self.region)
        if self.type == "number":
            return read_number(text, self.min, self.max)
        if self.type == "date":
            return read_date(text, local_date(visit.now, visit.context.account.timezone), self.order)
        if self.type == "choice":
            place = read_choice(text, titles)
            return None if place is None else titles[place]
        return text.strip() or None if self.type == "text" or self._fits(text.strip()) else None

    def hint(self) -> str:
        """How to answer, for one who answered wrongly."""
        if self.type == "number":
            limits = f" from {self.min:g}" if self.min is not None else ""
            limits += f" up to {self.max:g}" if self.max is not None else ""
            return f"Please write a number{limits}." if limits else "Please write a number, like 12 or 12.5."
        country = "" if self.region else " with its country code"
        return {
            "text": "Please write an answer.",
            "email": "Please write an e-mail address, like name@example.com.",
            "phone": f"Please write a phone number{country}, like +34 612 345 678.",
            "date": f"Please write a date, like {'31/12/2026' if self.order == 'dmy' else '12/31/2026'}.",
            "choice": "Please choose one of these.",
            "regex": "That does not look right. Please try again.",
        }[self.type]

    def issues(self) -> Iterator[Issue]:
        """What is wrong with it, as the node's issues."""
        if self.type == "number" and self.min is not None and self.max is not None and self.min > self.max:
            hint = "No number is an answer: swap them."
            yield Issue("bad_range", "The least is more than the most.", field="answer.max", hint=hint)
        if self.type == "phone" and self.region and not is_region(self.region):
            yield Issue("bad_region", "There is no such country.", field="answer.region", hint="Write it like ES.")
        if self.type == "choice":
            yield from check_titles("answer.options", self.options)
            for option_id, count in Counter(option.id for option in self.options).items():
                if count > 1 and option_id:
                    message = f"Two choices have the id {shorten(option_id, 60)!r}."
                    yield Issue("duplicate_option", message, field="answer.options", hint="Remove one of them.")
        if self.type == "regex" and self.pattern.strip():
            yield from check_pattern(self.pattern, "answer.pattern")

    def _fits(self, text: str) -> bool:
        try:
            return compile_pattern(self.pattern).fullmatch(text)
        except PatternError:
            return False
