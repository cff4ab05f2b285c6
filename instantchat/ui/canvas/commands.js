// Requests to the server and their answers, and what the header's buttons do.
import { useCallback, useEffect, useMemo, useRef, useState } from "react";

const PATIENCE_MS = 60000; // a replay takes half of it at most

// `ask(event, request)` resolves to the answer, which comes in one of `lists`; each has a growing `id`.
export function useRequests(editor, out, lists) {
  const pending = useRef(new Map());
  const handled = useRef(lists.map(() => 0));
  useEffect(() => {
    lists.forEach((replies, index) => {
      for (const reply of replies ?? []) {
        if (reply.id <= handled.current[index]) continue;
        handled.current[index] = reply.id;
        editor.answer(reply);
        pending.current.get(reply.seq)?.(reply);
        pending.current.delete(reply.seq);
      }
    });
  }, [editor, ...lists]);
  return useCallback((event, request = {}) => new Promise((resolve) => {
    const seq = (editor.sync.seq += 1);
    const lost = () => resolve({ ok: false, message: "No answer came. Check the connection, then try again." });
    const timer = setTimeout(lost, PATIENCE_MS);
    pending.current.set(seq, (reply) => {
      clearTimeout(timer);
      resolve(reply);
    });
    out.current[event]({ flowId: editor.sync.flowId, seq, ...request });
  }), [editor, out]);
}

// What is on the canvas is stored before it is activated.
export function useCommands(editor, ask) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(null);
  const commands = useMemo(() => {
    const change = async (event, request, onRefused) => {
      setBusy(true);
      setError(null);
      const reply = await askAboutDraft(editor, ask, event, request);
      setBusy(false);
      if (reply.ok) return;
      setError({ text: reply.message, graph: editor.state.graph });
      onRefused?.(reply);
    };
    return {
      activate: (focus, note = "") => change("onActivate", { note }, ({ errors }) => {
        const bad = errors?.find((each) => each.nodeId);
        if (bad) focus(bad.nodeId);
      }),
      deactivate: () => change("onDeactivate"),
      rename: async (name, undo) => {
        const reply = await ask("onRename", { name });
        setError(reply.ok ? null : { text: reply.message, graph: editor.state.graph });
        if (!reply.ok) undo();
      },
      dismiss: () => setError(null),
    };
  }, [editor, ask]);
  return { ...commands, busy, error };
}

// For what the server does with the draft: it has to be the one on the canvas.
export async function askAboutDraft(editor, ask, event, request) {
  const isSaved = await editor.sync.flush();
  return isSaved ? ask(event, request) : { ok: false, message: "Not done: the last changes are not saved." };
}
