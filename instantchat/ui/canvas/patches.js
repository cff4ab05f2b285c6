// What changed between two graphs, as the operations of the server's PatchFlow; and how two people's changes meet.

export function same(a, b) {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && same(a[key], b[key]));
}

// The order matters to the server: removing a node takes its edges along, so edges come back after it.
export function diff(before, after) {
  const nodes = compare(before.nodes, after.nodes);
  const edges = compare(before.edges, after.edges);
  return [
    ...nodes.put.map((node) => ({ op: "upsertNode", node })),
    ...edges.gone.map((id) => ({ op: "removeEdge", id })),
    ...nodes.gone.map((id) => ({ op: "removeNode", id })),
    ...edges.put.map((edge) => ({ op: "upsertEdge", edge })),
  ];
}

export const sameGraph = (a, b) => diff(a, b).length === 0;

export function apply(graph, ops) {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const edges = new Map(graph.edges.map((edge) => [edge.id, edge]));
  for (const op of ops) {
    if (op.op === "upsertNode") nodes.set(op.node.id, op.node);
    else if (op.op === "removeNode") nodes.delete(op.id);
    else if (op.op === "upsertEdge") edges.set(op.edge.id, op.edge);
    else if (op.op === "removeEdge") edges.delete(op.id);
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()] };
}

// Both people's changes to `base` in one graph; null when they touched the same thing or do not fit together.
export function merge(base, mine, theirs) {
  const ours = diff(base, mine);
  const touched = new Set(diff(base, theirs).map(subject));
  if (ours.some((op) => touched.has(subject(op)))) return null;
  const merged = apply(theirs, ours);
  const ids = new Set(merged.nodes.map((node) => node.id));
  const exits = merged.edges.map((edge) => `${edge.source} ${edge.sourceHandle ?? ""}`);
  const fits = merged.edges.every((edge) => ids.has(edge.source) && ids.has(edge.target));
  return fits && new Set(exits).size === exits.length ? merged : null;
}

function subject(op) {
  return op.op.endsWith("Node") ? `node ${op.id ?? op.node.id}` : `edge ${op.id ?? op.edge.id}`;
}

function compare(before, after) {
  const old = new Map(before.map((item) => [item.id, item]));
  const now = new Set(after.map((item) => item.id));
  return {
    put: after.filter((item) => !old.has(item.id) || !same(old.get(item.id), item)),
    gone: before.filter((item) => !now.has(item.id)).map((item) => item.id),
  };
}
