// The side panel: the form of the selected node, its issues and where its exits lead.
import { useMemo } from "react";
import { FormContext, useEditor, useEditorState } from "./context.js";
import { Button, IconButton } from "./controls.jsx";
import { Fields } from "./fields.jsx";
import { Copy, NodeIcon, Trash, X } from "./icons.jsx";
import { CONTROL } from "./inputs.jsx";
import { IssueLine } from "./issues.jsx";
import { exitsOf, hasInput } from "./schema.js";
import { summaryOf } from "./summary.js";

const NONE = [];

export function Panel({ selected, onClose, onDuplicate, onDelete }) {
  if (selected.length > 1) return <Several count={selected.length} onClose={onClose} onDuplicate={onDuplicate} onDelete={onDelete} />;
  if (selected.length === 1) return <NodePanel key={selected[0]} id={selected[0]} onClose={onClose} onDuplicate={onDuplicate} onDelete={onDelete} />;
  return null;
}

function NodePanel({ id, onClose, onDuplicate, onDelete }) {
  const editor = useEditor();
  const node = useEditorState((state) => state.graph.nodes.find((each) => each.id === id));
  const schemas = useEditorState((state) => state.schemas);
  const issues = useEditorState((state) => state.byNode.get(id) ?? NONE);
  const canEdit = useEditorState((state) => state.view.canEdit);
  const schema = node && editor.schema(node);
  const form = useMemo(() => ({ issues, node: schemas.get(node?.type), readOnly: !canEdit }), [issues, schemas, node?.type, canEdit]);
  if (!node) return null;
  const atTop = issues.filter((issue) => !schema.fields.some((field) => belongs(issue, field)));
  return (
    <aside className="flow-panel" aria-label={`${schema.label} settings`} data-node={id}>
      <Head icon={schema.icon} group={schema.group} title={schema.label} onClose={onClose}>
        {canEdit && <IconButton label="Duplicate" shortcut="Ctrl+D" size="sm" onClick={onDuplicate}><Copy aria-hidden /></IconButton>}
        {canEdit && <IconButton label="Delete" shortcut="Del" size="sm" look="danger" onClick={onDelete}><Trash aria-hidden /></IconButton>}
      </Head>
      <div className="flow-panel-body">
        <p className="text-[13px] text-pretty text-muted-foreground">{schema.help} {schema.window}</p>
        {atTop.length > 0 && (
          <ul className="flex flex-col gap-2 rounded-lg bg-muted p-3 text-[13px]" aria-label="Issues">
            {atTop.map((issue, index) => (
              <li key={index} className="flex gap-2"><IssueLine issue={issue} /></li>
            ))}
          </ul>
        )}
        {schema.unknown && <p className="text-[13px]">This server does not know nodes of this kind. It is kept as it is.</p>}
        <FormContext.Provider value={form}>
          <Fields fields={schema.fields} values={node.data ?? {}} onChange={(data, key) => editor.setData(id, data, key)} />
        </FormContext.Provider>
        <Exits node={node} schema={schema} readOnly={!canEdit} />
      </div>
    </aside>
  );
}

// Connections without a pointer: each exit and the node it leads to.
function Exits({ node, schema, readOnly }) {
  const editor = useEditor();
  const graph = useEditorState((state) => state.graph);
  const exits = exitsOf(schema, node.data);
  if (!exits.length) return null;
  const targets = graph.nodes.filter((each) => hasInput(editor.schema(each)));
  const lead = (exit, target) => {
    const edge = graph.edges.find((each) => editor.leaves(each, node.id, exit.id));
    if (target) editor.connect({ source: node.id, sourceHandle: exit.id, target });
    else if (edge) editor.disconnect(edge.id);
  };
  return (
    <fieldset className="flex flex-col gap-2 border-t border-border pt-4" disabled={readOnly}>
      <legend className="contents text-[13px] font-medium">Then go to</legend>
      {exits.map((exit) => (
        <div key={exit.id} className="grid grid-cols-[minmax(0,7rem)_minmax(0,1fr)] items-center gap-2 text-[13px]">
          <span className="truncate text-muted-foreground">{exit.label}</span>
          <select
            aria-label={`${exit.label} goes to`}
            value={graph.edges.find((each) => editor.leaves(each, node.id, exit.id))?.target ?? ""}
            onChange={(event) => lead(exit, event.target.value)}
            className={`${CONTROL} h-9 px-2`}
          >
            <option value="">The end</option>
            {targets.map((each) => (
              <option key={each.id} value={each.id}>{nameOf(editor, each)}</option>
            ))}
          </select>
        </div>
      ))}
    </fieldset>
  );
}

function Several({ count, onClose, onDuplicate, onDelete }) {
  const canEdit = useEditorState((state) => state.view.canEdit);
  return (
    <aside className="flow-panel flow-panel-short" aria-label="Selection">
      <Head title={`${count} nodes selected`} onClose={onClose} />
      {canEdit && (
        <div className="flow-panel-body">
          <div className="flex gap-2">
            <Button onClick={onDuplicate}><Copy className="size-4" aria-hidden /> Duplicate</Button>
            <Button onClick={onDelete} className="text-danger"><Trash className="size-4" aria-hidden /> Delete</Button>
          </div>
          <p className="text-[13px] text-muted-foreground">Copy and paste work between flows too.</p>
        </div>
      )}
    </aside>
  );
}

function Head({ icon, group, title, onClose, children }) {
  return (
    <div className="flow-panel-head">
      {icon && <NodeIcon name={icon} group={group} small />}
      <h2 className="min-w-0 flex-1 truncate text-[15px] font-semibold tracking-tight">{title}</h2>
      {children}
      <IconButton label="Close" size="sm" onClick={onClose}><X aria-hidden /></IconButton>
    </div>
  );
}

const belongs = (issue, field) => issue.field === field.name || issue.field?.startsWith(`${field.name}.`);

// A node by its kind and what it does, for lists.
export function nameOf(editor, node) {
  const schema = editor.schema(node);
  const summary = summaryOf(schema, node.data, editor.state.references);
  return summary ? `${schema.label}: ${summary.slice(0, 40)}` : schema.label;
}
