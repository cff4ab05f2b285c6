// The builder's top bar: name, state, what is saved, undo, issues, activate.
import { useEffect, useRef, useState } from "react";
import { Link } from "react-router";
import { useEditor, useEditorState } from "./context.js";
import { Button, IconButton } from "./controls.jsx";
import { AlertCircle, ArrowLeft, Check, CloudOff, FlaskConical, History, Loader, Pause, Redo, Undo } from "./icons.jsx";
import { IssueMenu } from "./issues.jsx";
import { Publish } from "./publish.jsx";

export function Header({ home, busy, side, onSide, onRename, onActivate, onDeactivate, onFocus }) {
  const editor = useEditor();
  const view = useEditorState((state) => state.view);
  const canUndo = useEditorState((state) => state.canUndo);
  const canRedo = useEditorState((state) => state.canRedo);
  const isActive = view.status === "active";
  const needsPublish = !isActive || view.hasUnpublishedChanges;
  return (
    <header className="flow-header">
      <Link to={home} aria-label="All flows" title="All flows" className="flex size-9 shrink-0 items-center justify-center rounded-md hover:bg-muted">
        <ArrowLeft className="size-[18px]" aria-hidden />
      </Link>
      <FlowName name={view.name ?? ""} canEdit={view.canEdit} onRename={onRename} />
      <StatusBadge view={view} />
      <SaveState />
      <span className="flex-1" />
      <div className="flow-tools">
        <IconButton label="Undo" shortcut="Ctrl+Z" disabled={!canUndo} onClick={editor.undo}><Undo aria-hidden /></IconButton>
        <IconButton label="Redo" shortcut="Ctrl+Shift+Z" disabled={!canRedo} onClick={editor.redo}><Redo aria-hidden /></IconButton>
        <IssueMenu onFocus={onFocus} />
        <IconButton label="History" className="aria-pressed:bg-muted" aria-pressed={side === "history"} onClick={() => onSide("history")}><History aria-hidden /></IconButton>
        <Button onClick={() => onSide("test")} aria-pressed={side === "test"} aria-label="Test" className="aria-pressed:bg-muted">
          <FlaskConical className="size-4" aria-hidden /> <span className="flow-wide-text">Test</span>
        </Button>
        {isActive && view.canEdit && (
          <Button onClick={onDeactivate} disabled={busy} aria-label="Deactivate">
            <Pause className="size-4" aria-hidden /> <span className="flow-wide-text">Deactivate</span>
          </Button>
        )}
        {needsPublish && view.canEdit && (
          <Publish word={isActive ? "Publish" : "Activate"} busy={busy} onPublish={onActivate} />
        )}
      </div>
    </header>
  );
}

function FlowName({ name, canEdit, onRename }) {
  const [draft, setDraft] = useState(name);
  const input = useRef(null);
  useEffect(() => setDraft(name), [name]);
  if (!canEdit) return <h1 className="truncate text-[15px] font-semibold">{name}</h1>;
  const done = () => {
    const wanted = draft.trim();
    if (!wanted || wanted === name) return setDraft(name);
    onRename(wanted, () => setDraft(name));
  };
  const key = (event) => {
    if (event.key === "Enter") input.current.blur();
    if (event.key === "Escape") {
      setDraft(name);
      setTimeout(() => input.current?.blur());
    }
  };
  return (
    <h1 className="min-w-0 shrink text-[15px] font-semibold">
      <input
        ref={input}
        aria-label="Flow name"
        value={draft}
        maxLength={80}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={done}
        onKeyDown={key}
        className="h-9 w-full max-w-[22rem] min-w-16 truncate rounded-md border border-transparent bg-transparent px-2 [field-sizing:content] hover:border-border focus:border-ring focus:bg-surface"
      />
    </h1>
  );
}

function StatusBadge({ view }) {
  const looks = { active: "bg-success-soft text-success", archived: "bg-muted text-muted-foreground", draft: "bg-muted text-muted-foreground" };
  const words = { active: "Active", archived: "Archived", draft: "Draft" };
  if (!view.status) return null;
  return (
    <span data-testid="flow-status" className={`inline-flex shrink-0 items-center gap-1.5 rounded-full px-2 py-0.5 text-xs font-medium whitespace-nowrap ${looks[view.status]}`}>
      <span className="size-1.5 rounded-full bg-current" aria-hidden />
      {words[view.status]}
      {view.status === "active" && view.hasUnpublishedChanges && <span className="flow-wide-text">· unpublished changes</span>}
    </span>
  );
}

const SAVE = {
  saved: { Icon: Check, text: "All changes saved" },
  saving: { Icon: Loader, text: "Saving…", spin: true },
  offline: { Icon: CloudOff, text: "Offline – will save", tone: "text-warning" },
  conflict: { Icon: AlertCircle, text: "Not saved: changed elsewhere", tone: "text-danger" },
  refused: { Icon: AlertCircle, text: "Not saved", tone: "text-danger" },
};

function SaveState() {
  const sync = useEditorState((state) => state.sync);
  const { Icon, text, tone = "text-muted-foreground", spin } = SAVE[sync.phase];
  return (
    <p role="status" data-testid="save-state" data-phase={sync.phase} title={sync.message ?? text} className={`flow-save ${tone}`}>
      <Icon className={`size-3.5 shrink-0 ${spin ? "animate-spin" : ""}`} aria-hidden />
      <span className="flow-save-text">{text}</span>
    </p>
  );
}
