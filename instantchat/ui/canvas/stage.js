// React Flow as the editor sees it: draws a graph, selects, looks. What did not change keeps its object, so that only
// what changed is drawn again.
import { getViewportForBounds } from "@xyflow/react";

const CARD = { width: 256, height: 140 };

export class Stage {
  constructor(flow, box) {
    this.flow = flow;
    this.box = box;
    this.soon = null;
    this.isPressed = false;
    this.moved = null;
  }

  getViewport() {
    const { x, y, zoom } = this.flow.getViewport();
    return { x: Math.round(x), y: Math.round(y), zoom: Math.round(zoom * 1000) / 1000 };
  }

  paint(graph) {
    const chosen = this.soon && new Set(this.soon);
    this.soon = null;
    const isChosen = (id, old) => (chosen ? chosen.has(id) : Boolean(old?.selected));
    this.flow.setNodes((drawn) => redraw(graph.nodes, drawn, (node, old) => drawNode(node, old, isChosen(node.id, old))));
    this.flow.setEdges((drawn) => redraw(graph.edges, drawn, (edge, old) => drawEdge(edge, old, !chosen && Boolean(old?.selected))));
  }

  select(test) {
    const mark = (items) => items.map((item) => (Boolean(item.selected) === test(item) ? item : { ...item, selected: test(item) }));
    this.flow.setNodes(mark);
    this.flow.setEdges((edges) => edges.map((edge) => (edge.selected ? { ...edge, selected: false } : edge)));
  }

  // Selects nodes that have only just been added, or are about to be.
  selectSoon(ids) {
    const chosen = new Set(ids);
    setTimeout(() => this.select((node) => chosen.has(node.id)));
  }

  // The middle of what is seen, in the flow's coordinates.
  centre() {
    const { left, top, width, height } = this.box.current.getBoundingClientRect();
    return this.flow.screenToFlowPosition({ x: left + width / 2, y: top + height / 2 });
  }

  // Whether a new card at `spot` would cover some of this one.
  overlaps(node, spot) {
    const { x, y } = node.position;
    return Math.abs(x - spot.x) < CARD.width + 16 && spot.y < y + this.heightOf(node) + 16 && spot.y + CARD.height > y - 16;
  }

  heightOf(node) {
    return this.flow.getNode(node.id)?.measured?.height ?? CARD.height;
  }

  has(point) {
    const pane = this.box.current.querySelector(".react-flow");
    return Boolean(pane?.contains(document.elementFromPoint(point.x, point.y)));
  }

  fit(graph, viewport) {
    const isNarrow = this.box.current.clientWidth < 700;
    const isKept = viewport && !(viewport.x === 0 && viewport.y === 0 && viewport.zoom === 1);
    if (isKept && !isNarrow && graph.nodes.some((node) => isSeen(node, viewport, this.box.current))) this.flow.setViewport(viewport);
    else if (graph.nodes.length) this.flow.setViewport(this.around(graph.nodes));
  }

  // Where all nodes are seen. Cards are taken to be of the usual size: nothing is measured yet when a flow is opened.
  around(nodes) {
    const [xs, ys] = ["x", "y"].map((axis) => nodes.map((node) => node.position?.[axis] ?? 0));
    const [x, y] = [Math.min(...xs), Math.min(...ys)];
    const bounds = { x, y, width: Math.max(...xs) - x + CARD.width, height: Math.max(...ys) - y + CARD.height };
    const { clientWidth, clientHeight } = this.box.current;
    // A small flow stands at the left: it grows to the right.
    if (bounds.width < clientWidth / 2 && bounds.height < clientHeight / 2) {
      const left = Math.min(96, (clientWidth - bounds.width) / 2);
      return { x: left - x, y: Math.round(clientHeight * 0.35 - bounds.height / 2 - y), zoom: 1 };
    }
    return getViewportForBounds(bounds, clientWidth, clientHeight, 0.2, 1, 0.12);
  }

  // Moves a node out from under the panel, which is at the right, or on a phone at the bottom; `conceal` moves back,
  // unless people have moved on.
  reveal(node) {
    const panel = this.box.current?.parentElement.querySelector(".flow-panel");
    if (!node || !panel) return;
    const { clientWidth, clientHeight } = this.box.current;
    const isSheet = panel.clientWidth > clientWidth * 0.8;
    const { x, y, zoom } = this.flow.getViewport();
    const [left, top] = [node.position.x * zoom + x, node.position.y * zoom + y];
    const right = isSheet ? 0 : left + CARD.width * zoom - (clientWidth - panel.clientWidth - 24);
    const bottom = isSheet || top > clientHeight ? top + this.heightOf(node) * zoom - (clientHeight - (isSheet ? panel.clientHeight : 0) - 16) : 0;
    const hidden = { x: Math.max(0, right), y: Math.max(0, Math.min(bottom, top - 16)) };
    if (!hidden.x && !hidden.y) return;
    const from = this.isWhereItWas() ? this.moved.from : { x, y, zoom };
    this.moved = { from, to: { x: Math.round(x - hidden.x), y: Math.round(y - hidden.y), zoom } };
    this.flow.setViewport(this.moved.to, { duration: calm() ? 0 : 160 });
  }

  conceal() {
    if (this.isWhereItWas()) this.flow.setViewport(this.moved.from, { duration: calm() ? 0 : 160 });
    this.moved = null;
  }

  isWhereItWas() {
    const now = this.flow.getViewport();
    return this.moved !== null && ["x", "y", "zoom"].every((key) => Math.abs(now[key] - this.moved.to[key]) < 0.01);
  }

  // Brings a node to the middle of what is seen; on a phone, of what the sheet leaves.
  look(node) {
    const zoom = Math.max(this.flow.getZoom(), 0.7);
    const { clientWidth, clientHeight } = this.box.current;
    const side = this.box.current.closest(".flow-body").querySelector(".flow-side");
    const isOver = side && getComputedStyle(side).position === "absolute";
    const isSheet = isOver && side.clientWidth > clientWidth * 0.8;
    const hidden = { x: isOver && !isSheet ? side.clientWidth / 2 : 0, y: isSheet ? side.clientHeight / 2 : 0 };
    const at = { x: node.position.x + CARD.width / 2, y: node.position.y + Math.min(this.heightOf(node), clientHeight) / 2 };
    this.flow.setCenter(at.x + hidden.x / zoom, at.y + hidden.y / zoom, { zoom, duration: calm() ? 0 : 200 });
  }

  // Brings a node to the middle of what the panel leaves free, and selects it.
  focus(node) {
    this.select((each) => each.id === node.id);
    const zoom = Math.max(this.flow.getZoom(), 0.7);
    const hidden = this.box.current.clientWidth > 900 ? 180 : 0;
    this.flow.setCenter(node.position.x + 128 + hidden / zoom, node.position.y + 60, { zoom, duration: 200 });
  }
}

const calm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

function redraw(items, drawn, draw) {
  const old = new Map(drawn.map((item) => [item.id, item]));
  return items.map((item) => draw(item, old.get(item.id)));
}

function drawNode(node, old, selected) {
  const { x, y } = node.position ?? { x: 0, y: 0 };
  const isSame = old && old.data.values === node.data && old.data.kind === node.type;
  if (isSame && old.position.x === x && old.position.y === y && Boolean(old.selected) === selected) return old;
  const data = isSame ? old.data : { kind: node.type, values: node.data };
  return { ...old, id: node.id, type: "card", position: { x, y }, data, selected };
}

function drawEdge(edge, old, selected) {
  const sourceHandle = edge.sourceHandle ?? null;
  const isSame = old && old.source === edge.source && old.target === edge.target && old.sourceHandle === sourceHandle;
  if (isSame && Boolean(old.selected) === selected) return old;
  return { id: edge.id, type: "flow", source: edge.source, target: edge.target, sourceHandle, selected };
}

function isSeen({ position }, { x, y, zoom }, { clientWidth, clientHeight }) {
  const [left, top] = [position.x * zoom + x, position.y * zoom + y];
  return left > -100 && top > -60 && left < clientWidth - 60 && top < clientHeight - 40;
}
