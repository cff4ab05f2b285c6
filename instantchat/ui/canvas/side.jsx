// What opens beside the canvas: the history of the flow, or a place to try it.
import { useEffect, useRef } from "react";
import { useEditor, useEditorState } from "./context.js";
import { IconButton } from "./controls.jsx";
import { AlertCircle, Loader, X } from "./icons.jsx";
import { Trial } from "./trial.jsx";
import { useReplay, useTrial } from "./trying.js";
import { Versions } from "./versions.jsx";

export function Side({ name, ask, onFocus, onClose }) {
  const editor = useEditor();
  const id = useEditorState((state) => state.view.id);
  const trial = useTrial(editor, ask, id);
  const replay = useReplay(editor, ask, id);
  const heading = useRef(null);
  useEffect(() => () => editor.mark(null), [editor, name]);
  useFocus(heading, name);
  if (!name || !id) return null;
  const close = (event) => event.key === "Escape" && !event.defaultPrevented && onClose();
  return (
    <aside className="flow-side" aria-label={name === "test" ? "Test" : "History"} onKeyDown={close}>
      <div className="flow-panel-head">
        <h2 ref={heading} tabIndex={-1} className="min-w-0 flex-1 text-[15px] outline-none font-semibold tracking-tight">{name === "test" ? "Test" : "History"}</h2>
        <IconButton label="Close" size="sm" onClick={onClose}><X aria-hidden /></IconButton>
      </div>
      {name === "test" ? <Trial trial={trial} replay={replay} onFocus={onFocus} /> : <Versions key={id} ask={ask} onFocus={onFocus} />}
    </aside>
  );
}

// The keyboard goes along when the panel opens, and back to where it was when it closes.
function useFocus(heading, name) {
  useEffect(() => {
    if (!name) return undefined;
    const before = document.activeElement;
    heading.current?.focus();
    return () => document.activeElement === document.body && before?.focus();
  }, [heading, name]);
}

export function Busy({ text }) {
  return (
    <p role="status" className="flex items-center gap-2 py-6 justify-center text-[13px] text-muted-foreground">
      <Loader className="size-4 animate-spin" aria-hidden /> {text}
    </p>
  );
}

export function Refusal({ text }) {
  return (
    <p role="alert" className="flex gap-2 rounded-lg bg-danger-soft p-3 text-[13px]">
      <AlertCircle className="mt-0.5 size-4 shrink-0 text-danger" aria-hidden /> {text}
    </p>
  );
}

export function Nothing({ Icon, title, about }) {
  return (
    <div className="flex flex-col items-center px-6 py-10 text-center">
      <span className="mb-3 flex size-11 items-center justify-center rounded-full bg-muted text-muted-foreground"><Icon className="size-5" aria-hidden /></span>
      <p className="font-semibold tracking-tight">{title}</p>
      <p className="mt-1 max-w-64 text-[13px] text-pretty text-muted-foreground">{about}</p>
    </div>
  );
}
