// What can be put on the canvas: dragged there with a pointer, or added at the centre by click or key.
import { useRef, useState } from "react";
import { useEditorState } from "./context.js";
import { Hint } from "./controls.jsx";
import { NodeIcon, Plus, X } from "./icons.jsx";
import { paletteOf } from "./schema.js";

const DRAG_STARTS = 5;

export function Palette({ onDrop, onAdd }) {
  const schemas = useEditorState((state) => state.schemas);
  const [isOpen, setOpen] = useState(false);
  const { ghost, begin, wasDragged } = usePaletteDrag(onDrop, () => setOpen(false));
  const add = (item) => {
    if (wasDragged()) return;
    setOpen(false);
    onAdd(item);
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
        {paletteOf(schemas).map(([group, items]) => (
          <section key={group} aria-label={group} className="flow-palette-group">
            <h2 className="flow-palette-title">{group}</h2>
            <ul className="flex flex-col gap-1">
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
