// The drawing itself. React Flow keeps its own copy of nodes and edges, so a drag draws nothing above it.
import { Background, BackgroundVariant, Controls, MarkerType, MiniMap, ReactFlow } from "@xyflow/react";
import { memo, useCallback, useMemo } from "react";
import "@xyflow/react/dist/style.css";
import { edgeTypes } from "./edges.jsx";
import { nodeTypes } from "./nodes.jsx";

const EDGE = { markerEnd: { type: MarkerType.ArrowClosed, width: 16, height: 16, color: "var(--flow-line)" } };
const GRID = [8, 8];
const MULTI = ["Meta", "Control"];
const NO_ITEMS = [];
const ATTRIBUTION = { hideAttribution: false };

export const Pane = memo(function Pane({ editor, canEdit, onSelect }) {
  const events = useEvents(editor, onSelect);
  return (
    <ReactFlow
      defaultNodes={NO_ITEMS}
      defaultEdges={NO_ITEMS}
      nodeTypes={nodeTypes}
      edgeTypes={edgeTypes}
      defaultEdgeOptions={EDGE}
      {...events}
      nodesDraggable={canEdit}
      nodesConnectable={canEdit}
      edgesReconnectable={canEdit}
      connectionRadius={32}
      snapToGrid
      snapGrid={GRID}
      minZoom={0.15}
      maxZoom={1.75}
      multiSelectionKeyCode={MULTI}
      deleteKeyCode={null}
      selectNodesOnDrag={false}
      proOptions={ATTRIBUTION}
      aria-label="Flow canvas"
    >
      <Background variant={BackgroundVariant.Dots} gap={24} size={1.5} />
      <Controls position="bottom-left" showInteractive={false} aria-label="Zoom" />
      <MiniMap position="bottom-left" pannable zoomable className="flow-map" ariaLabel="Map of the flow" />
    </ReactFlow>
  );
});

function useEvents(editor, onSelect) {
  const onSelectionChange = useCallback(({ nodes }) => onSelect(nodes.map((node) => node.id)), [onSelect]);
  return useMemo(() => ({
    onSelectionChange,
    onConnect: (connection) => editor.connect(connection),
    onReconnect: (edge, connection) => editor.connect(connection, edge),
    onNodeDragStart: () => editor.sync.hold(true),
    onNodeDragStop: () => editor.sync.hold(false),
    onSelectionDragStart: () => editor.sync.hold(true),
    onSelectionDragStop: () => editor.sync.hold(false),
    // The end of a drag, and each step with the arrow keys.
    onNodesChange: (changes) => {
      const moved = changes.filter((change) => change.type === "position" && change.dragging === false && change.position);
      if (moved.length) editor.moveNodes(Object.fromEntries(moved.map((change) => [change.id, change.position])));
    },
    onEdgeMouseEnter: (_, edge) => editor.set({ hovered: edge.id }),
    onEdgeMouseLeave: (_, edge) => {
      // The button in the middle of the line is not part of it: give the pointer time to get there.
      setTimeout(() => !document.querySelector(".flow-cut:hover") && editor.state.hovered === edge.id && editor.set({ hovered: null }), 150);
    },
  }), [editor, onSelectionChange]);
}
