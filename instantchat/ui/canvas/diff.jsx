// What differs between two versions: nodes with their fields, connections. Choosing a node goes to it on the canvas.
import { useEffect } from "react";
import { useEditor } from "./context.js";
import { ArrowRight, NodeIcon } from "./icons.jsx";
import { schemaOf, singular } from "./schema.js";

const WORDS = { added: "Added", removed: "Removed", changed: "Changed" };
const LOOKS = { added: "bg-success-soft text-success", removed: "bg-danger-soft text-danger", changed: "bg-info-soft text-info" };

export function Differences({ diff, onFocus }) {
  const nodes = ["added", "removed", "changed"].flatMap((how) => diff.nodes[how].map((node) => [how, node]));
  const edges = ["added", "removed", "changed"].flatMap((how) => diff.edges[how].map((edge) => [how, edge]));
  if (!nodes.length && !edges.length) return <p className="text-[13px] text-muted-foreground">No difference, but perhaps where nodes stand.</p>;
  return (
    <div className="flex flex-col gap-3" data-testid="differences">
      <ul className="flex flex-col gap-2" aria-label="Nodes that differ">
        {nodes.map(([how, node]) => <NodeLine key={node.id} how={how} node={node} onFocus={onFocus} />)}
      </ul>
      {edges.length > 0 && (
        <ul className="flex flex-col gap-1.5" aria-label="Connections that differ">
          {edges.map(([how, edge], index) => <EdgeLine key={index} how={how} edge={edge} />)}
        </ul>
      )}
    </div>
  );
}

// Draws on the canvas what the difference is about.
export function useMarks(editor, diff) {
  useEffect(() => {
    if (!diff) return undefined;
    const nodes = ["added", "changed"].flatMap((how) => diff.nodes[how].map((node) => [node.id, how]));
    const edges = [...diff.edges.added, ...diff.edges.changed.map((edge) => edge.after)].map((edge) => [edge.id, "added"]);
    editor.mark({ nodes: new Map(nodes), edges: new Map(edges) });
    return () => editor.mark(null);
  }, [editor, diff]);
}

function NodeLine({ how, node, onFocus }) {
  const editor = useEditor();
  const here = editor.node(node.id);
  const schema = here?.type === node.type ? editor.schema(here) : schemaOf(editor.state.schemas, node.type, {});
  const head = (
    <>
      <NodeIcon name={schema.icon} group={schema.group} small />
      <span className="flex min-w-0 flex-1 flex-col text-left">
        <span className="truncate text-[13px] font-medium">{schema.label}</span>
        {node.label !== schema.label && <span className="truncate text-[13px] text-muted-foreground">{node.label}</span>}
      </span>
      <How how={how} />
    </>
  );
  const look = "flex w-full items-center gap-2 rounded-md p-1";
  return (
    <li className="rounded-lg border border-border bg-surface p-1">
      {here ? <button type="button" onClick={() => onFocus(node.id)} className={`${look} hover:bg-muted`}>{head}</button> : <div className={look}>{head}</div>}
      {node.fields?.length > 0 && (
        <dl className="flex flex-col gap-2 px-1 pt-1 pb-1">
          {node.fields.map((change) => (
            <div key={change.field} className="min-w-0 text-[13px]">
              <dt className="mb-0.5 text-xs font-medium text-muted-foreground">{pathLabel(schema.fields, change.field.split("."), here?.data)}</dt>
              <dd className="flex flex-col gap-0.5">
                {!isNone(change.before) && <del className="flow-before"><span className="sr-only">Before: </span>{written(change.before)}</del>}
                {!isNone(change.after) && <ins className="flow-after"><span className="sr-only">After: </span>{written(change.after)}</ins>}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </li>
  );
}

function EdgeLine({ how, edge }) {
  const { sourceLabel, exitLabel, targetLabel } = edge.after ?? edge;
  return (
    <li className="flex items-start gap-2 rounded-lg border border-border bg-surface p-2 text-[13px]">
      <span className="min-w-0 flex-1 break-words">
        {sourceLabel} <span className="text-muted-foreground">({exitLabel})</span>
        <ArrowRight className="mx-1 inline size-3.5 text-muted-foreground" aria-label="leads to" />
        {edge.before && <del className="flow-before mr-1 inline">{edge.before.targetLabel}</del>}
        {targetLabel}
      </span>
      <How how={how} />
    </li>
  );
}

const How = ({ how }) => <span className={`shrink-0 rounded-full px-2 py-0.5 text-xs font-medium ${LOOKS[how]}`}>{WORDS[how]}</span>;

// `quickReplies.0.title` as the form names it: “Quick reply 1, Title”.
function pathLabel(fields, [name, ...rest], data) {
  const field = fields.find((each) => each.name === name);
  if (!field) return [name, ...rest].join(".");
  if (!rest.length) return field.label;
  if (!/^\d+$/.test(rest[0])) return `${field.label}, ${pathLabel(field.item?.fields ?? [], rest, data?.[name])}`;
  const row = `${singular(field.label)} ${Number(rest[0]) + 1}`;
  const item = data?.[name]?.[rest[0]];
  const inner = field.variants ? (field.variants.find((each) => each.name === item?.[field.discriminator])?.fields ?? []) : (field.item?.fields ?? []);
  return rest.length === 1 ? row : `${row}, ${pathLabel(inner, rest.slice(1), item)}`;
}

const isNone = (value) => value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length);

function written(value) {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return value ? "Yes" : "No";
  if (Array.isArray(value) && value.every((each) => typeof each !== "object")) return value.join(", ");
  if (typeof value !== "object") return String(value);
  return value.title ?? value.label ?? JSON.stringify(value);
}
