// What can be put on the canvas: dragged there with a pointer, or added at the centre by click or key.
import { useEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { useEditorState } from "./context.js";
import { Hint } from "./controls.jsx";
import { ChevronDown, NodeIcon, Plus, Search, X } from "./icons.jsx";
import { CONTROL } from "./inputs.jsx";
import { paletteOf } from "./schema.js";

const DRAG_STARTS = 5;

export function Palette({ onDrop, onAdd }) {
  const schemas = useEditorState((state) => state.schemas);
  const [isOpen, setOpen] = useState(false);
  const [text, setText] = useState("");
  const [closed, setClosed] = useState(() => new Set());
  const search = useRef(null);
  const { ghost, begin, wasDragged } = usePaletteDrag(onDrop, () => setOpen(false));
  useSlash(search, () => setOpen(true));
  const add = (item) => {
    if (wasDragged()) return;
    setOpen(false);
    setText("");
    onAdd(item);
  };
  const groups = found(paletteOf(schemas), text);
  const toggle = (group) => setClosed((now) => new Set(now.has(group) ? [...now].filter((each) => each !== group) : [...now, group]));
  const key = (event) => {
    if (event.key === "Escape") {
      event.preventDefault();
      setText("");
      setOpen(false);
      search.current.blur();
    }
    if (event.key === "Enter" && text && groups.length) add(groups[0][1][0]);
  };
  const expand = () => {
    flushSync(() => setOpen(true));
    search.current?.focus();
  };
  return (
    <>
      <aside className="flow-palette" data-open={isOpen} aria-label="Nodes to add">
        <div className="flow-sheet-head">
          <p className="text-base font-semibold tracking-tight">Add a node</p>
          <button type="button" aria-label="Close" className="flex size-9 items-center justify-center rounded-md hover:bg-muted" onClick={() => setOpen(false)}>
            <X className="size-[18px]" aria-hidden />
          </button>
        </div>
        <div className="flow-palette-search">
          <div className="relative">
            <input
              ref={search}
              type="search"
              aria-label="Search nodes"
              aria-keyshortcuts="/"
              placeholder="Search"
              value={text}
              onChange={(event) => setText(event.target.value)}
              onKeyDown={key}
              className={`${CONTROL} h-9 pr-2 pl-8`}
            />
            <Search className="pointer-events-none absolute top-2.5 left-2.5 size-4 text-muted-foreground" aria-hidden />
            {!text && <kbd aria-hidden className="flow-key">/</kbd>}
          </div>
        </div>
        <button type="button" aria-label="Search nodes" className="flow-palette-expand" onClick={expand}><Search className="size-4" aria-hidden /></button>
        {!groups.length && <p role="status" className="px-2 py-3 text-[13px] text-muted-foreground">Nothing fits “{text}”.</p>}
        {groups.map(([group, items]) => (
          <section key={group} aria-label={group} className="flow-palette-group">
            <h2>
              <button type="button" className="flow-palette-title" aria-expanded={Boolean(text) || !closed.has(group)} disabled={Boolean(text)} onClick={() => toggle(group)}>
                {group}
                <ChevronDown className="size-3.5" aria-hidden />
              </button>
            </h2>
            <ul className="flow-palette-items" hidden={!text && closed.has(group)}>
              {items.map((item) => (
                <li key={`${item.type} ${item.name ?? ""}`}>
                  <Hint text={item.help} side="right">
                    <button
                      type="button"
                      className="flow-palette-item"
                      data-palette={item.name ?? item.type}
                      aria-label={`Add ${item.label}`}
                      onPointerDown={(event) => begin(event, item)}
                      onClick={() => add(item)}
                    >
                      <NodeIcon name={item.icon} group={item.group} small />
                      <span className="flow-palette-label">{item.label}</span>
                    </button>
                  </Hint>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </aside>
      <button type="button" className="flow-add" aria-label="Add a node" onClick={() => setOpen(true)}>
        <Plus className="size-6" aria-hidden />
      </button>
      {ghost && (
        <div className="flow-ghost" style={{ left: ghost.x, top: ghost.y }} aria-hidden>
          <NodeIcon name={ghost.item.icon} group={ghost.item.group} small />
          <span className="text-[13px] font-semibold">{ghost.item.label}</span>
        </div>
      )}
    </>
  );
}

// Groups with the items that have all words in their label or help, those with them in the label first.
function found(groups, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return groups;
  const has = (said) => words.every((word) => said.toLowerCase().includes(word));
  const fits = groups.map(([group, items]) => [group, items.filter((item) => has(`${item.label} ${item.help}`)).sort((a, b) => has(b.label) - has(a.label))]);
  return fits.filter(([, items]) => items.length).sort((a, b) => has(b[1][0].label) - has(a[1][0].label));
}

// "/" goes to the search from anywhere but a field.
function useSlash(search, onOpen) {
  useEffect(() => {
    const key = (event) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.target.closest?.("input, textarea, select, [role=dialog]")) return;
      event.preventDefault();
      flushSync(onOpen);
      search.current?.focus();
    };
    document.addEventListener("keydown", key);
    return () => document.removeEventListener("keydown", key);
  });
}

// Pointer events, not HTML's drag and drop: the same for mouse and pen, and it can be driven by a test. A finger scrolls
// the list, and taps.
function usePaletteDrag(onDrop, onStart) {
  const [ghost, setGhost] = useState(null);
  const dragged = useRef(false);
  const begin = (event, item) => {
    if (event.button !== 0 || event.pointerType === "touch") return;
    const start = { x: event.clientX, y: event.clientY };
    dragged.current = false;
    const move = (at) => {
      if (!dragged.current && Math.hypot(at.clientX - start.x, at.clientY - start.y) < DRAG_STARTS) return;
      if (!dragged.current) onStart();
      dragged.current = true;
      document.body.classList.add("flow-dragging");
      setGhost({ item, x: at.clientX, y: at.clientY });
    };
    const end = (at) => {
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", end);
      window.removeEventListener("pointercancel", end);
      window.removeEventListener("keydown", cancel);
      if (dragged.current && at.type === "pointerup") onDrop(item, { x: at.clientX, y: at.clientY });
      document.body.classList.remove("flow-dragging");
      setGhost(null);
      setTimeout(() => (dragged.current = false));
    };
    const cancel = (key) => key.key === "Escape" && end(key);
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", end);
    window.addEventListener("pointercancel", end);
    window.addEventListener("keydown", cancel);
  };
  return { ghost, begin, wasDragged: () => dragged.current };
}
