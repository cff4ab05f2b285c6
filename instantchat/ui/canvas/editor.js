// The document on the canvas: its graph, its history and what people see of both. React Flow draws it and owns what is
// only looked at (drag in progress, selection, viewport); every finished change comes here and becomes one step.
import { newHistory, record, redo, settle, undo } from "./history.js";
import { exitsOf, newId, schemaOf } from "./schema.js";
import { Sync, graphOf } from "./sync.js";

const EMPTY = { nodes: [], edges: [] };
const NONE = [];
const NO_MARKS = { nodes: new Map(), edges: new Map() };

export class Editor {
  constructor(send) {
    this.listeners = new Set();
    this.history = newHistory(EMPTY);
    this.canvas = null;
    this.state = {
      graph: EMPTY, schemas: new Map(), view: {}, sync: { phase: "saved" }, issues: NONE, refused: NONE, byNode: new Map(),
      canUndo: false, canRedo: false, hint: null, hovered: null, isOpen: false, references: {}, marks: NO_MARKS, looked: null,
    };
    this.sync = new Sync({
      read: () => this.state.graph,
      viewport: () => this.canvas?.getViewport(),
      send,
      report: (sync) => this.set({ sync }),
      replace: (graph, { isStep }) => (isStep ? this.commit(graph) : this.restart(graph)),
    });
  }

  subscribe = (listener) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  set(changes) {
    this.state = { ...this.state, ...changes };
    if (changes.issues || changes.refused) this.state.byNode = byNode(this.state.issues, this.state.refused);
    this.listeners.forEach((listener) => listener());
  }

  // The server's version of the flow.
  open(flow) {
    const isNew = this.sync.flowId !== flow.id;
    this.set({ view: viewOf(flow), issues: flow.issues ?? NONE, refused: isNew ? NONE : this.state.refused, isOpen: true });
    if (this.sync.receive(flow)) this.restart(graphOf(flow));
  }

  // The server's answer to a patch or a command.
  answer(reply) {
    if (reply.view) this.set({ view: { ...this.state.view, ...viewOf(reply.view) } });
    if (reply.issues) this.set({ issues: reply.issues });
    if (["patch", "activate", "deactivate"].includes(reply.kind) && !reply.theirs) {
      this.set({ refused: (reply.errors ?? []).map((error) => ({ severity: "error", ...error })) });
    }
    if (reply.kind === "patch") this.sync.answer(reply);
  }

  // What the server made of the draft, as a step that can be undone.
  adopt(flow) {
    this.set({ view: viewOf(flow), issues: flow.issues ?? NONE, refused: NONE });
    this.sync.adopt(graphOf(flow), flow.revision);
  }

  // One finished change. Steps in a row with the same key are undone together.
  commit(graph, key = null) {
    if (graph === this.state.graph) return;
    this.history = record(this.history, graph, key);
    this.show();
    this.sync.touch();
  }

  undo = () => this.travel(undo);
  redo = () => this.travel(redo);
  settle = () => (this.history = settle(this.history));

  node(id) {
    return this.state.graph.nodes.find((node) => node.id === id);
  }

  schema(node) {
    return schemaOf(this.state.schemas, node.type, node.data);
  }

  addNode(type, data, position) {
    const node = { id: newId("node"), type, position: rounded(position), data };
    this.commit({ ...this.state.graph, nodes: [...this.state.graph.nodes, node] });
    return node.id;
  }

  // New data for a node; connections of exits that are gone with it go too.
  setData(id, data, key) {
    const { nodes, edges } = this.state.graph;
    const old = this.node(id);
    if (!old) return;
    const node = { ...old, data };
    const exits = new Set(exitsOf(this.schema(node), data).map((exit) => exit.id));
    const lost = exitsOf(this.schema(old), old.data).filter((exit) => !exits.has(exit.id)).map((exit) => exit.id);
    const kept = lost.length ? edges.filter((edge) => edge.source !== id || !lost.includes(edge.sourceHandle)) : edges;
    this.commit({ nodes: nodes.map((each) => (each.id === id ? node : each)), edges: kept }, `${id} ${key}`);
  }

  // Where nodes ended up after a drag: `{id: {x, y}}`.
  moveNodes(positions) {
    const nodes = this.state.graph.nodes.map((node) => {
      const at = positions[node.id] && rounded(positions[node.id]);
      return at && (at.x !== node.position.x || at.y !== node.position.y) ? { ...node, position: at } : node;
    });
    if (nodes.some((node, index) => node !== this.state.graph.nodes[index])) this.commit({ ...this.state.graph, nodes });
  }

  // An exit leads to one node: a second connection takes the place of the first.
  connect({ source, sourceHandle, target }, replaced = null) {
    if (!source || !target) return;
    const { graph } = this.state;
    const taken = graph.edges.find((edge) => edge !== replaced && this.leaves(edge, source, sourceHandle));
    if (taken?.target === target) return;
    const rest = graph.edges.filter((edge) => edge !== taken && edge.id !== replaced?.id);
    this.commit({ ...graph, edges: [...rest, { id: replaced?.id ?? newId("edge"), source, sourceHandle, target }] });
    if (taken) this.hint("The exit had a connection already; it was replaced.", true);
  }

  disconnect(id) {
    const { graph } = this.state;
    this.set({ hovered: null });
    this.commit({ ...graph, edges: graph.edges.filter((edge) => edge.id !== id) });
  }

  remove(nodeIds, edgeIds) {
    if (!nodeIds.length && !edgeIds.length) return;
    const { nodes, edges } = this.state.graph;
    const gone = new Set(nodeIds);
    this.commit({
      nodes: nodes.filter((node) => !gone.has(node.id)),
      edges: edges.filter((edge) => !gone.has(edge.source) && !gone.has(edge.target) && !edgeIds.includes(edge.id)),
    });
    if (nodeIds.length) this.hint(nodeIds.length === 1 ? "Node deleted." : `${nodeIds.length} nodes deleted.`, true);
  }

  // A part of a graph, with the connections inside it.
  part(nodeIds) {
    const ids = new Set(nodeIds);
    const { nodes, edges } = this.state.graph;
    return {
      nodes: nodes.filter((node) => ids.has(node.id)),
      edges: edges.filter((edge) => ids.has(edge.source) && ids.has(edge.target)),
    };
  }

  // Puts a copy of a part on the canvas, `offset` away from the original; the ids of the new nodes.
  paste(part, offset) {
    const ids = new Map(part.nodes.map((node) => [node.id, newId("node")]));
    const nodes = part.nodes.map((node) => ({
      ...node,
      id: ids.get(node.id),
      position: rounded({ x: node.position.x + offset.x, y: node.position.y + offset.y }),
    }));
    const edges = part.edges.map((edge) => ({
      ...edge, id: newId("edge"), source: ids.get(edge.source), target: ids.get(edge.target),
    }));
    const { graph } = this.state;
    this.commit({ nodes: [...graph.nodes, ...nodes], edges: [...graph.edges, ...edges] });
    return nodes.map((node) => node.id);
  }

  // Draws nodes and edges as something: `{nodes: Map(id, mark), edges: Map(id, mark)}`, or nothing.
  mark(marks) {
    this.set({ marks: marks ?? NO_MARKS, looked: null });
  }

  hint(text, canUndo = false) {
    this.set({ hint: { text, canUndo, id: newId("hint") } });
  }

  // Whether an edge leaves a node by this exit; without a handle it leaves by the first.
  leaves(edge, source, handle) {
    if (edge.source !== source) return false;
    if (edge.sourceHandle) return edge.sourceHandle === handle;
    const node = this.node(source);
    return Boolean(node) && exitsOf(this.schema(node), node.data)[0]?.id === handle;
  }

  travel(step) {
    const next = step(this.history);
    if (next === this.history) return;
    this.history = next;
    this.show();
    this.sync.touch();
  }

  restart(graph) {
    this.history = newHistory(graph);
    this.show();
  }

  show() {
    const { past, present, future } = this.history;
    this.set({ graph: present, canUndo: past.length > 0, canRedo: future.length > 0, hint: null });
    this.canvas?.paint(present);
  }
}

const viewOf = ({ id, name, status, publishedVersion, hasUnpublishedChanges, canEdit }) =>
  Object.fromEntries(
    Object.entries({ id, name, status, publishedVersion, hasUnpublishedChanges, canEdit }).filter(([, value]) => value !== undefined),
  );

const rounded = ({ x, y }) => ({ x: Math.round(x), y: Math.round(y) });

// What was refused is mostly among the issues too.
function byNode(issues, refused) {
  const found = new Map();
  const isKnown = (error) => issues.some((issue) => ["code", "nodeId", "field"].every((key) => (issue[key] ?? null) === (error[key] ?? null)));
  for (const issue of [...refused.filter((error) => !isKnown(error)), ...issues]) found.set(issue.nodeId ?? "", [...(found.get(issue.nodeId ?? "") ?? []), issue]);
  return found;
}
