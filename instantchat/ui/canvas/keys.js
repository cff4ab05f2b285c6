// The keyboard and the clipboard. Fields, menus and dialogs keep their own keys.
import { useEffect } from "react";

const MARK = "instantchat/nodes";

export function useKeys({ editor, canvas, selected, canEdit }) {
  useEffect(() => {
    const key = (event) => {
      const command = commandOf(event);
      if (event.defaultPrevented || isElsewhere(event.target, command)) return;
      if (!command || (!canEdit && command !== "selectAll" && command !== "escape")) return;
      event.preventDefault();
      run(command);
    };
    const run = (command) => {
      if (command === "undo") editor.undo();
      else if (command === "redo") editor.redo();
      else if (command === "delete") editor.remove(...selection(canvas));
      else if (command === "duplicate") duplicate(editor, canvas, selected);
      else if (command === "selectAll") canvas.select(() => true);
      else canvas.select(() => false);
    };
    const copy = (event) => {
      if (isElsewhere(event.target) || !selected.length || String(window.getSelection())) return;
      event.preventDefault();
      event.clipboardData.setData("text/plain", JSON.stringify({ kind: MARK, ...editor.part(selected) }));
      if (event.type === "cut" && canEdit) editor.remove(selected, []);
      else editor.hint(selected.length === 1 ? "Node copied." : `${selected.length} nodes copied.`);
    };
    const paste = (event) => {
      if (isElsewhere(event.target) || !canEdit) return;
      const part = partIn(event.clipboardData.getData("text/plain"));
      if (!part) return;
      event.preventDefault();
      canvas.selectSoon(editor.paste(part, offsetOf(part, canvas.centre())));
    };
    const listeners = { keydown: key, copy, cut: copy, paste };
    for (const [name, listener] of Object.entries(listeners)) document.addEventListener(name, listener);
    return () => {
      for (const [name, listener] of Object.entries(listeners)) document.removeEventListener(name, listener);
    };
  }, [editor, canvas, selected, canEdit]);
}

export function duplicate(editor, canvas, ids) {
  if (ids.length) canvas.selectSoon(editor.paste(editor.part(ids), { x: 40, y: 40 }));
}

function commandOf(event) {
  const withModifier = event.ctrlKey || event.metaKey;
  const key = event.key.toLowerCase();
  if (!withModifier) return { delete: "delete", backspace: "delete", escape: "escape" }[key];
  if (key === "z") return event.shiftKey ? "redo" : "undo";
  return { y: "redo", d: "duplicate", a: "selectAll" }[key];
}

function selection(canvas) {
  const chosen = (items) => items.filter((item) => item.selected).map((item) => item.id);
  return [chosen(canvas.flow.getNodes()), chosen(canvas.flow.getEdges())];
}

const OVER = "[role=dialog], [role=alertdialog], [role=menu]";
const FIELD = "input, textarea, select, [contenteditable=true]";

// Escape leaves the panel from anywhere in it; its buttons let undo and redo through, its fields have their own.
function isElsewhere(target, command) {
  const isIn = (places) => Boolean(target?.closest?.(places));
  if (isIn(OVER)) return true;
  if (command === "escape") return isIn(FIELD) && !isIn(".flow-panel");
  return isIn(FIELD) || (isIn(".flow-panel") && command !== "undo" && command !== "redo");
}

function partIn(text) {
  try {
    const part = JSON.parse(text);
    return part.kind === MARK && Array.isArray(part.nodes) && part.nodes.length ? { nodes: part.nodes, edges: part.edges ?? [] } : null;
  } catch {
    return null;
  }
}

// The copy's middle goes to `centre`.
function offsetOf(part, centre) {
  const middle = (axis) => {
    const values = part.nodes.map((node) => node.position[axis]);
    return (Math.min(...values) + Math.max(...values)) / 2;
  };
  return { x: centre.x - middle("x") - 128, y: centre.y - middle("y") - 40 };
}
