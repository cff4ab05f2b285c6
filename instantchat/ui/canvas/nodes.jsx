// A node as a card: what it is, one line of what it does, its way in at the left and its exits at the right.
import { Handle, Position, useUpdateNodeInternals } from "@xyflow/react";
import { memo, useEffect } from "react";
import { useEditorState } from "./context.js";
import { Hint } from "./controls.jsx";
import { NodeIcon, SEVERITY, worst } from "./icons.jsx";
import { exitsOf, hasInput, schemaOf } from "./schema.js";
import { summaryOf } from "./summary.js";

const NO_ISSUES = [];

const NodeCard = memo(function NodeCard({ id, data, selected }) {
  const schemas = useEditorState((state) => state.schemas);
  const issues = useEditorState((state) => state.byNode.get(id) ?? NO_ISSUES);
  const schema = schemaOf(schemas, data.kind, data.values);
  const exits = exitsOf(schema, data.values);
  const references = useEditorState((state) => state.references);
  const mark = useEditorState((state) => state.marks.nodes.get(id));
  const isLooked = useEditorState((state) => state.looked === id);
  const summary = summaryOf(schema, data.values, references);
  useHandlesOf(id, exits);
  if (!schema.exits.length && !schema.unknown) return <Note schema={schema} summary={summary} selected={selected} issues={issues} />;
  return (
    <div className="flow-card" data-kind={data.kind} data-mark={mark} data-looked={isLooked} data-selected={selected} data-issue={issues.length ? worst(issues) : undefined}>
      {hasInput(schema) && (
        <Handle type="target" position={Position.Left} id="in" className="flow-handle flow-handle-in" role="img" aria-label={`${schema.label} in`} />
      )}
      <div className="flex items-start gap-3 p-3">
        <NodeIcon name={schema.icon} group={schema.group} />
        <div className="min-w-0 flex-1">
          <p className="truncate text-[13px] leading-5 font-semibold">{schema.label}</p>
          <p className="line-clamp-2 text-[13px] leading-[18px] break-words text-muted-foreground">{summary || "Not set up yet"}</p>
        </div>
        <IssueBadge issues={issues} />
      </div>
      <ul className="border-t border-border py-1">
        {exits.map((exit) => (
          <ExitRow key={exit.id} exit={exit} label={schema.label} />
        ))}
      </ul>
    </div>
  );
});

function ExitRow({ exit, label }) {
  const name = exit.isChoice ? "rounded-full border border-border bg-muted px-2 text-foreground" : "text-muted-foreground";
  return (
    <li className="relative flex h-7 items-center justify-end pr-4 pl-3 text-xs">
      <span className={`truncate ${name}`}>{exit.label}</span>
      <Handle
        type="source"
        position={Position.Right}
        id={exit.id}
        data-exit={exit.id}
        className="flow-handle"
        role="img"
        aria-label={`${label} ${exit.label}`}
      />
    </li>
  );
}

function Note({ schema, summary, selected, issues }) {
  return (
    <div className="flow-note" data-kind={schema.type} data-selected={selected}>
      <p className="line-clamp-6 text-[13px] leading-5 break-words whitespace-pre-wrap">{summary || "Empty note"}</p>
      <IssueBadge issues={issues} />
    </div>
  );
}

function IssueBadge({ issues }) {
  if (!issues.length) return null;
  const severity = worst(issues);
  const { Icon, soft, word } = SEVERITY[severity];
  const look = severity === "info" ? "text-muted-foreground/70 hover:text-foreground" : soft;
  const text = issues.map((issue) => issue.message).join(" ");
  return (
    <Hint text={text}>
      <button type="button" aria-label={`${word}: ${text}`} className={`-mt-0.5 -mr-0.5 flex size-6 shrink-0 items-center justify-center rounded-full ${look}`}>
        <Icon className="size-3.5" aria-hidden />
      </button>
    </Hint>
  );
}

// React Flow measures handles once; exits come and go with what is filled in.
function useHandlesOf(id, exits) {
  const update = useUpdateNodeInternals();
  const key = exits.map((exit) => exit.id).join("\n");
  useEffect(() => update(id), [id, key, update]);
}

export const nodeTypes = { card: NodeCard };
