// Undo and redo over whole graphs. Graphs share their unchanged nodes, so a step costs what it changed.
const KEPT = 100;

export const newHistory = (present) => ({ past: [], present, future: [], key: null });

// Changes in a row under the same key (typing in one field) are one step.
export function record(history, next, key = null) {
  const isSameStep = key !== null && key === history.key;
  const past = isSameStep ? history.past : [...history.past, history.present].slice(-KEPT);
  return { past, present: next, future: [], key };
}

// The next change begins a step of its own.
export const settle = (history) => (history.key === null ? history : { ...history, key: null });

export function undo(history) {
  if (!history.past.length) return history;
  const past = history.past.slice(0, -1);
  return { past, present: history.past.at(-1), future: [history.present, ...history.future], key: null };
}

export function redo(history) {
  if (!history.future.length) return history;
  const [present, ...future] = history.future;
  return { past: [...history.past, history.present], present, future, key: null };
}
