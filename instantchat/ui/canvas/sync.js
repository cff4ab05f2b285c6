// Keeps the server's draft equal to the one on the canvas: one patch in flight, each on the revision of the last.
// What the server may already have, although its answer was lost, is remembered in `sent`.
import { diff, merge, sameGraph } from "./patches.js";

const QUIET_MS = 400;
const PATIENCE_MS = 5000;
const RETRY_MS = [10000, 20000, 40000, 60000];
const KEPT_SENT = 5;

export class Sync {
  // `read()` gives the graph on the canvas, `send(request)` hands it to the server, `report(state)` shows where we are,
  // `replace(graph)` draws another graph.
  constructor({ read, viewport, send, report, replace }) {
    Object.assign(this, { read, viewport, send, report, replace });
    this.flowId = null;
    this.synced = null;
    this.base = 0;
    this.seq = Date.now();
    this.sent = [];
    this.inflight = null;
    this.theirs = null;
    this.isHeld = false;
    this.waiters = [];
  }

  get isDirty() {
    return this.synced !== null && (this.inflight !== null || !sameGraph(this.synced, this.read()));
  }

  // The server's version: at the start, after a reconnect, or because somebody else saved. True: show it.
  receive(flow) {
    const graph = graphOf(flow);
    if (this.flowId !== flow.id) return this.open(flow, graph);
    if (flow.revision < this.base) return false;
    if (!this.isDirty) {
      const isNews = !sameGraph(this.synced, graph);
      this.settle(graph, flow.revision);
      return isNews;
    }
    this.inflight = null;
    if (flow.revision !== this.base) this.reconcile(graph, flow.revision);
    else this.sendNow();
    return false;
  }

  touch() {
    if (this.synced === null || this.theirs) return this.backUp();
    clearTimeout(this.timer);
    if (!this.inflight) this.report({ phase: "saving" });
    if (!this.isHeld) this.timer = setTimeout(() => this.sendNow(), QUIET_MS);
    this.backUp();
  }

  // Nothing leaves while something is being dragged.
  hold(isHeld) {
    this.isHeld = isHeld;
    if (isHeld) clearTimeout(this.timer);
    else if (this.isDirty) this.touch();
  }

  // Resolves to whether everything on the canvas is stored.
  flush() {
    if (!this.isDirty) return Promise.resolve(true);
    if (this.theirs) return Promise.resolve(false);
    this.sendNow();
    return new Promise((resolve) => this.waiters.push(resolve));
  }

  answer(reply) {
    if (!this.inflight || reply.seq !== this.inflight.seq) return;
    const { graph } = this.inflight;
    this.inflight = null;
    clearTimeout(this.patience);
    clearTimeout(this.retry);
    if (reply.ok) return this.settle(graph, reply.revision);
    if (reply.theirs) return this.reconcile(graphOf(reply.theirs), reply.theirs.revision);
    if (reply.retry) return this.wait(0, reply.message);
    this.report({ phase: "refused", message: reply.message });
    this.tellWaiters(false);
  }

  // Conflict: somebody else changed the same thing.
  keepMine() {
    const { graph, revision } = this.theirs;
    this.theirs = null;
    this.settle(graph, revision);
  }

  takeTheirs() {
    this.adopt(this.theirs.graph, this.theirs.revision);
  }

  // The server's graph in the place of ours.
  adopt(graph, revision) {
    Object.assign(this, { theirs: null, inflight: null, synced: graph, base: revision, sent: [] });
    this.replace(graph, { isStep: true });
    this.backUp();
    this.report({ phase: "saved" });
  }

  backUp() {
    try {
      if (this.isDirty || this.theirs) {
        sessionStorage.setItem(this.place, JSON.stringify({ base: this.base, graph: this.read() }));
      } else sessionStorage.removeItem(this.place);
    } catch {
      // No storage, or no room in it: the copy is a second line of defence, the patches are the first.
    }
  }

  close() {
    if (this.isDirty && !this.theirs && !this.inflight) this.sendNow();
    [this.timer, this.patience, this.retry].forEach(clearTimeout);
  }

  get place() {
    return `instantchat:flow:${this.flowId}`;
  }

  open(flow, graph) {
    this.close();
    Object.assign(this, { flowId: flow.id, synced: graph, base: flow.revision, sent: [], inflight: null, theirs: null });
    const kept = this.backup();
    this.report({ phase: "saved" });
    if (!kept || sameGraph(kept.graph, graph)) return true;
    this.replace(kept.graph, { isStep: false });
    if (kept.base === flow.revision) this.touch();
    else this.conflict(graph, flow.revision);
    return false;
  }

  backup() {
    try {
      return JSON.parse(sessionStorage.getItem(this.place));
    } catch {
      return null;
    }
  }

  sendNow() {
    clearTimeout(this.timer);
    if (this.inflight || this.theirs || this.synced === null) return;
    const graph = this.read();
    const ops = diff(this.synced, graph);
    if (!ops.length) return this.settle(graph, this.base);
    const viewport = this.viewport();
    if (viewport) ops.push({ op: "setViewport", viewport });
    this.inflight = { seq: (this.seq += 1), graph };
    this.sent = [...this.sent, graph].slice(-KEPT_SENT);
    this.report({ phase: "saving" });
    this.wait(this.attempt ?? 0);
    this.send({ flowId: this.flowId, seq: this.inflight.seq, base: this.base, ops });
  }

  // An answer that does not come: say so, then ask again on the same revision.
  wait(attempt, message) {
    clearTimeout(this.patience);
    clearTimeout(this.retry);
    const say = () => this.report({ phase: "offline", message });
    if (message) say();
    else this.patience = setTimeout(say, PATIENCE_MS);
    this.retry = setTimeout(() => {
      this.inflight = null;
      this.attempt = Math.min(attempt + 1, RETRY_MS.length - 1);
      this.sendNow();
    }, RETRY_MS[attempt]);
  }

  settle(graph, revision) {
    this.synced = graph;
    this.base = revision;
    this.sent = [];
    this.attempt = 0;
    this.inflight = null;
    clearTimeout(this.patience);
    clearTimeout(this.retry);
    if (!sameGraph(graph, this.read())) return this.waiters.length ? this.sendNow() : this.touch();
    this.report({ phase: "saved" });
    this.backUp();
    this.tellWaiters(true);
  }

  reconcile(graph, revision) {
    if (this.sent.some((each) => sameGraph(each, graph))) return this.settle(graph, revision);
    const merged = merge(this.synced, this.read(), graph);
    if (!merged) return this.conflict(graph, revision);
    this.replace(merged, { isStep: false });
    this.synced = graph;
    this.base = revision;
    this.sent = [];
    this.touch();
  }

  conflict(graph, revision) {
    clearTimeout(this.timer);
    this.theirs = { graph, revision };
    this.inflight = null;
    this.backUp();
    this.report({ phase: "conflict" });
    this.tellWaiters(false);
  }

  tellWaiters(isSaved) {
    this.waiters.splice(0).forEach((resolve) => resolve(isSaved));
  }
}

export const graphOf = (flow) => ({ nodes: flow.nodes ?? [], edges: flow.edges ?? [] });
