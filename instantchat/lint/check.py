"""What is wrong with flows that belong together: each as the server sees it, then with the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from instantchat.engine.flow import CompiledFlow, parse_graph
from instantchat.engine.form import Ref, mark_of, walk_fields
from instantchat.engine.issues import Issue, malformed
from instantchat.engine.text import shorten
from instantchat.engine.upgrades import FORMAT_VERSION
from instantchat.errors import AppError, FieldError
from instantchat.features.flows.draft import findings, graph_of
from instantchat.features.flows.names import clean_name, tidy
from instantchat.features.flows.schemas import FlowSettings
from instantchat.features.flows.surroundings import Surroundings
from instantchat.lint.files import FlowFile


@dataclass(frozen=True, slots=True)
class Checked:
    """A flow and what is wrong with it, the worst first."""

    flow: FlowFile
    issues: list[Issue]

    @property
    def is_valid(self) -> bool:
        """Whether the server would store and activate it."""
        return self.count("error") == 0

    def count(self, severity: str) -> int:
        """How many findings are that bad."""
        return sum(issue.severity == severity for issue in self.issues)


def check_flows(flows: Sequence[FlowFile]) -> list[Checked]:
    """Each flow with its issues; all of them count as active in one workspace."""
    compiled = [parse_graph(flow.data)[0] for flow in flows]
    first: dict[str, FlowFile] = {}
    for flow in flows:
        if flow.name is not None:
            first.setdefault(_key(flow.name), flow)
    return [
        Checked(flow, _issues(flow, own, [*_others(flows, compiled, index)], first))
        for index, (flow, own) in enumerate(zip(flows, compiled, strict=True))
    ]


def _issues(
    flow: FlowFile, own: CompiledFlow | None, others: Sequence[tuple[str, CompiledFlow]], first: Mapping[str, FlowFile]
) -> list[Issue]:
    found = [
        *_settings_issues(flow),
        *_name_issues(flow, first),
        *_graph_issues(flow, others),
        *(_broken_references(own, flow.names_of_flows(), first) if own is not None else ()),
    ]
    return sorted(found, key=lambda issue: ("error", "warning", "info").index(issue.severity))


def _others(
    flows: Sequence[FlowFile], compiled: Sequence[CompiledFlow | None], index: int
) -> Iterator[tuple[str, CompiledFlow]]:
    for number, (flow, each) in enumerate(zip(flows, compiled, strict=True)):
        if number != index and each is not None:
            yield flow.name or flow.file, each


def _settings_issues(flow: FlowFile) -> Iterator[Issue]:
    version = flow.data.get("formatVersion")
    if version not in (None, FORMAT_VERSION):
        message = f"This file has format {shorten(str(version), 20)}; this version reads format {FORMAT_VERSION}."
        yield malformed("format_unsupported", message, field="formatVersion")
    try:
        FlowSettings.model_validate(flow.data)
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_context=False, include_input=False):
            field = ".".join(map(str, detail["loc"]))
            yield malformed("bad_value", f"{field}: {detail['msg']}.", field=field)


def _name_issues(flow: FlowFile, first: Mapping[str, FlowFile]) -> Iterator[Issue]:
    if "name" not in flow.data:
        return
    try:
        clean_name(flow.name)
    except AppError as refusal:
        yield from _refused(refusal)
    other = first[_key(flow.name)] if flow.name is not None else flow
    if other is not flow:
        message = f"The flow in {other.file} has the same name; names are unique, whatever their case."
        yield Issue("flow_name_taken", message, field="name", hint="Rename one of them.")


def _graph_issues(flow: FlowFile, others: Sequence[tuple[str, CompiledFlow]]) -> Iterator[Issue]:
    data = flow.data
    try:
        yield from findings(graph_of(data.get("nodes"), data.get("edges"), data.get("viewport")), Surroundings(others))
    except AppError as refusal:
        yield from _refused(refusal)


def _broken_references(own: CompiledFlow, names: Mapping[str, str], first: Mapping[str, FlowFile]) -> Iterator[Issue]:
    """References to flows that none of the files holds; they may be on the server, so these are warnings."""
    for node_id, node in own.nodes.items():
        for field in walk_fields(node):
            ref, value = mark_of(field.info, Ref), field.value
            if ref is None or ref.to != "flow" or not isinstance(value, str) or not value.strip() or "{{" in value:
                continue
            name = names.get(value, value)
            if _key(name) not in first:
                message = f"None of these files has a flow named “{shorten(name, 60)}”."
                hint = "Mend the name, or check all flows together."
                yield Issue("broken_reference", message, "warning", node_id, field.path, hint)


def _refused(refusal: AppError) -> Iterator[Issue]:
    errors = refusal.errors or [FieldError(code=refusal.code, message=refusal.message)]
    for each in errors:
        yield malformed(each.code, each.message, node_id=each.node_id, field=each.field)


def _key(name: str) -> str:
    return tidy(name).casefold()
