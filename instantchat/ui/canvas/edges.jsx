// A connection: a soft line that moves when its ends are looked at, with a button to cut it.
import { BaseEdge, EdgeLabelRenderer, getBezierPath } from "@xyflow/react";
import { memo } from "react";
import { useEditor, useEditorState } from "./context.js";
import { X } from "./icons.jsx";

const FlowEdge = memo(function FlowEdge({ id, selected, markerEnd, sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition }) {
  const editor = useEditor();
  const isHovered = useEditorState((state) => state.hovered === id);
  const mark = useEditorState((state) => state.marks.edges.get(id));
  const [path, x, y] = getBezierPath({ sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition });
  const hover = (hovered) => editor.set({ hovered });
  return (
    <>
      <BaseEdge id={id} path={path} markerEnd={markerEnd} interactionWidth={28} className={isHovered || selected ? "flow-edge-live" : mark ? `flow-edge-${mark}` : ""} />
      {(isHovered || selected) && (
        <EdgeLabelRenderer>
          <button
            type="button"
            aria-label="Delete connection"
            className="nodrag nopan flow-cut"
            style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}
            onMouseEnter={() => hover(id)}
            onMouseLeave={() => hover(null)}
            onClick={() => editor.disconnect(id)}
          >
            <X className="size-3.5" aria-hidden />
          </button>
        </EdgeLabelRenderer>
      )}
    </>
  );
});

export const edgeTypes = { flow: FlowEdge };
