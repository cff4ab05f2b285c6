// Everything the server found, in one menu; choosing a finding goes to its node.
import { useEditor, useEditorState } from "./context.js";
import { DropMenu, MenuItem } from "./controls.jsx";
import { SEVERITY, worst } from "./icons.jsx";

export function IssueMenu({ onFocus }) {
  const editor = useEditor();
  const byNode = useEditorState((state) => state.byNode);
  const issues = [...byNode.values()].flat().sort((a, b) => rank(a) - rank(b));
  if (!issues.length) return null;
  const { Icon, text } = SEVERITY[worst(issues)];
  const noun = worst(issues) === "info" ? "note" : "issue";
  const count = `${issues.length} ${noun}${issues.length === 1 ? "" : "s"}`;
  const trigger = (
    <button type="button" aria-label={count} className="flex h-9 items-center gap-1.5 rounded-md px-2 text-[13px] font-medium hover:bg-muted">
      <Icon className={`size-4 ${noun === "note" ? "text-muted-foreground" : text}`} aria-hidden />
      <span className="flow-wide-text">{count}</span>
      <span className="flow-narrow-text">{issues.length}</span>
    </button>
  );
  return (
    <DropMenu trigger={trigger} className="w-[min(24rem,calc(100vw-1rem))]" aria-label="Issues">
      {issues.map((issue, index) => (
        <MenuItem key={index} onSelect={() => issue.nodeId && onFocus(issue.nodeId)}>
          <IssueLine issue={issue} where={nameOf(editor, issue.nodeId)} />
        </MenuItem>
      ))}
    </DropMenu>
  );
}

export function IssueLine({ issue, where }) {
  const { Icon, text, word } = SEVERITY[issue.severity] ?? SEVERITY.info;
  return (
    <>
      <Icon className={`mt-0.5 size-4 shrink-0 ${text}`} aria-label={word} />
      <span className="min-w-0 text-pretty">
        {where && <span className="font-medium">{where}: </span>}
        {issue.message} {issue.hint && <span className="text-muted-foreground">{issue.hint}</span>}
      </span>
    </>
  );
}

function nameOf(editor, id) {
  const node = id && editor.node(id);
  return node ? editor.schema(node).label : "";
}

const rank = (issue) => ["error", "warning", "info"].indexOf(issue.severity);
