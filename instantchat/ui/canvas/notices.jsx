// What the canvas has to say: a conflict to settle, a refusal, a hint with its undo, and what to do when it is empty.
import { useEffect } from "react";
import { useEditor, useEditorState } from "./context.js";
import { Button } from "./controls.jsx";
import { AlertCircle, Loader, MousePointer, X } from "./icons.jsx";

export function Banner({ error, onDismiss }) {
  const editor = useEditor();
  const sync = useEditorState((state) => state.sync);
  const graph = useEditorState((state) => state.graph);
  if (sync.phase === "conflict") {
    return (
      <Line text="Somebody else changed the same part of this flow. Your changes are kept here, not saved yet.">
        <Button size="sm" onClick={() => editor.sync.takeTheirs()}>Load theirs</Button>
        <Button size="sm" look="primary" onClick={() => editor.sync.keepMine()}>Keep mine</Button>
      </Line>
    );
  }
  // A refusal is about the graph as it was; the next change may have mended it.
  const refusal = error?.graph === graph ? error.text : null;
  const text = refusal ?? (sync.phase === "refused" ? sync.message : null);
  if (!text) return null;
  return (
    <Line text={text}>
      {refusal && (
        <button type="button" aria-label="Dismiss" onClick={onDismiss} className="flex size-8 items-center justify-center rounded-md hover:bg-surface">
          <X className="size-4" aria-hidden />
        </button>
      )}
    </Line>
  );
}

function Line({ text, children }) {
  return (
    <div role="alert" className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-border bg-danger-soft px-4 py-2 text-sm">
      <AlertCircle className="size-[18px] shrink-0 text-danger" aria-hidden />
      <p className="min-w-0 flex-1 basis-56 text-pretty">{text}</p>
      <div className="flex gap-2">{children}</div>
    </div>
  );
}

export function HintLine() {
  const editor = useEditor();
  const hint = useEditorState((state) => state.hint);
  useEffect(() => {
    if (!hint) return undefined;
    const timer = setTimeout(() => editor.set({ hint: null }), 5000);
    return () => clearTimeout(timer);
  }, [editor, hint]);
  return (
    <div role="status" className="pointer-events-none absolute inset-x-0 bottom-4 z-10 flex justify-center">
      {hint && (
        <p className="pointer-events-auto flex max-w-[calc(100%-2rem)] items-center gap-3 rounded-lg bg-foreground px-3.5 py-2 text-[13px] text-background shadow-raised animate-rise">
          {hint.text}
          {hint.canUndo && <button type="button" onClick={editor.undo} className="font-semibold underline underline-offset-3">Undo</button>}
        </p>
      )}
    </div>
  );
}

export function Opening() {
  return (
    <div role="status" className="pointer-events-none absolute inset-0 flex items-center justify-center text-muted-foreground">
      <Loader className="size-6 animate-spin" aria-hidden />
      <span className="sr-only">Opening the flow</span>
    </div>
  );
}

export function EmptyHint() {
  const isEmpty = useEditorState((state) => state.graph.nodes.length === 0);
  if (!isEmpty) return null;
  return (
    <div className="pointer-events-none absolute inset-0 flex items-center justify-center p-6">
      <div className="max-w-72 rounded-xl border-2 border-dashed border-border bg-surface/80 p-6 text-center">
        <MousePointer className="mx-auto mb-3 size-6 text-brand-strong" aria-hidden />
        <p className="font-semibold tracking-tight">Drag a trigger here</p>
        <p className="mt-1 text-[13px] text-pretty text-muted-foreground">
          A trigger says when the flow starts. Then add a message, and connect the two by their dots.
        </p>
      </div>
    </div>
  );
}
