// The conversation of the test panel, and the replay of past messages. Both outlive the panel; the server keeps neither.
import { useEffect, useMemo, useRef, useState } from "react";
import { askAboutDraft } from "./commands.js";

const SECOND = 1000;
const NEW = { messages: [], now: null, until: null, result: null, error: null, busy: false };
const CONTACT = { name: "Sam Rivera", tags: [] };

// `until` and the `at` of messages are of a clock of its own: it moves on by a second for each message, and when told.
export function useTrial(editor, ask, flowId) {
  const [state, setState] = useState({ ...NEW, responses: {}, contact: CONTACT });
  const current = useRef(state);
  current.current = state;
  const commands = useMemo(() => {
    const put = (changes) => setState((current.current = { ...current.current, ...changes }));
    const run = async (changes) => {
      put({ ...changes, busy: true, error: null });
      const asked = current.current;
      const { messages, responses, contact, until } = asked;
      if (!messages.length) return put({ busy: false });
      const name = contact.name.trim();
      const body = { messages, responses, until, contact: { name: name || null, tags: contact.tags } };
      const reply = await askAboutDraft(editor, ask, "onTest", { body });
      if (current.current.messages !== asked.messages) return undefined;
      return put(reply.ok ? { result: reply.result, busy: false } : { error: reply.message, busy: false });
    };
    return {
      send: (message) => {
        const { now, messages } = current.current;
        const at = now === null ? Math.floor(Date.now() / SECOND) * SECOND : now + SECOND;
        return run({ messages: [...messages, { ...message, at: moment(at) }], now: at, until: null });
      },
      skipTo: (until) => {
        const now = Math.max(current.current.now, Math.ceil(Date.parse(until) / SECOND) * SECOND);
        return run({ now, until: moment(now) });
      },
      respond: (key, response) => run({ responses: { ...current.current.responses, [key]: response } }),
      again: () => run({}),
      become: (contact) => put({ contact: { ...current.current.contact, ...contact } }),
      reset: () => put(NEW),
    };
  }, [editor, ask]);
  useEffect(() => setState({ ...NEW, responses: {}, contact: CONTACT }), [flowId]);
  return { ...state, ...commands };
}

export function useReplay(editor, ask, flowId) {
  const [state, setState] = useState({ busy: false, report: null, error: null, limit: 1000 });
  const latest = useRef(0);
  useEffect(() => {
    latest.current += 1;
    setState({ busy: false, report: null, error: null, limit: 1000 });
  }, [flowId]);
  const run = async () => {
    const number = (latest.current += 1);
    setState(({ limit }) => ({ limit, busy: true, report: null, error: null }));
    const reply = await askAboutDraft(editor, ask, "onReplay", { limit: state.limit });
    if (latest.current !== number) return;
    setState(({ limit }) => ({ limit, busy: false, report: reply.report ?? null, error: reply.ok ? null : reply.message }));
  };
  return { ...state, run, choose: (limit) => setState((now) => ({ ...now, limit })) };
}

// What was said on both sides, in order. Messages of the contact come before what is said at the same moment.
export function threadOf(messages, result) {
  const mine = messages.map((message, index) => ({ isMine: true, at: Date.parse(message.at), message, decision: result?.decisions[index] }));
  const theirs = (result?.messages ?? []).map((said) => ({ isMine: false, at: Date.parse(said.at), said }));
  return [...mine, ...theirs].sort((a, b) => a.at - b.at || b.isMine - a.isMine);
}

// What the trace of this flow went through, for the canvas.
export function marksOf(editor, result) {
  const nodes = new Map();
  const edges = new Map();
  for (const step of result.trace) {
    nodes.set(step.nodeId, step.error ? "failed" : "visited");
    const edge = editor.state.graph.edges.find((each) => step.exit && editor.leaves(each, step.nodeId, step.exit));
    if (edge) edges.set(edge.id, "visited");
  }
  for (const wait of result.waits) nodes.set(wait.nodeId, "waiting");
  return { nodes, edges };
}

const moment = (at) => new Date(at).toISOString();
