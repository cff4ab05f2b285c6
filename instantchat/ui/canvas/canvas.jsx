// The flow builder. The browser owns the drawing; Python hands in `flow` (the server's version), `schemas`, `references`
// and answers, and hears requests, each with a `seq` that its answer repeats.
import { ReactFlowProvider, useReactFlow } from "@xyflow/react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useLocation } from "react-router";
import { useCommands, useRequests } from "./commands.js";
import { EditorContext, IconsContext, useEditorState } from "./context.js";
import { Hints } from "./controls.jsx";
import { Editor } from "./editor.js";
import { Header } from "./header.jsx";
import { duplicate, useKeys } from "./keys.js";
import { Banner, EmptyHint, HintLine, Opening } from "./notices.jsx";
import { Palette } from "./palette.jsx";
import { Panel } from "./panel.jsx";
import { Pane } from "./pane.jsx";
import { readSchemas } from "./schema.js";
import { Side } from "./side.jsx";
import { Stage } from "./stage.js";
import "./canvas.css";

export function FlowCanvas({ flow, schemas, references, replies, history, trial, icons, home, ...handlers }) {
  // Reflex keeps the state of the page left behind: the flow this page is about is the one its address names.
  const isHere = useLocation().pathname.endsWith(`/${flow?.id}`);
  const out = useRef({});
  out.current = handlers;
  const [editor] = useState(() => new Editor((request) => out.current.onPatch(request)));
  const ask = useRequests(editor, out, [replies, history, trial]);
  const commands = useCommands(editor, ask);
  useEffect(() => {
    editor.set({ schemas: readSchemas(schemas ?? []) });
  }, [editor, schemas]);
  useEffect(() => {
    editor.set({ references: references ?? {} });
  }, [editor, references]);
  return (
    <EditorContext.Provider value={editor}>
      <IconsContext.Provider value={icons}>
        <Hints>
          <ReactFlowProvider>
            <Builder editor={editor} flow={isHere ? flow : null} home={home} commands={commands} ask={ask} />
          </ReactFlowProvider>
        </Hints>
      </IconsContext.Provider>
    </EditorContext.Provider>
  );
}

function Builder({ editor, flow, home, commands, ask }) {
  const box = useRef(null);
  const reactFlow = useReactFlow();
  const stage = useMemo(() => new Stage(reactFlow, box), [reactFlow]);
  const [selected, setSelected] = useState([]);
  const [side, setSide] = useState(null);
  const canEdit = useEditorState((state) => Boolean(state.view.canEdit));
  const isOpen = useEditorState((state) => state.isOpen);
  editor.canvas = stage;
  useServerVersion(editor, stage, flow);
  useLeaving(editor);
  useReveal(editor, stage, selected);
  useKeys({ editor, canvas: stage, selected, canEdit });
  const focus = useCallback((id) => {
    const node = editor.node(id);
    if (node) stage.focus(node);
  }, [editor, stage]);
  const look = useCallback((id) => {
    const node = editor.node(id);
    editor.set({ looked: node ? id : null });
    if (node) stage.look(node);
  }, [editor, stage]);
  const openSide = (name) => setSide((now) => (now === name ? null : name));
  const put = (item, position) => {
    stage.selectSoon([editor.addNode(item.type, structuredClone(item.data), position)]);
  };
  const drop = (item, point) => {
    if (!stage.has(point)) return;
    const at = reactFlow.screenToFlowPosition(point);
    put(item, { x: at.x - 128, y: at.y - 28 });
  };
  const add = (item) => put(item, freeSpot(editor, stage));
  return (
    <div className="flow-builder" data-testid="flow-builder">
      <Header
        home={home}
        busy={commands.busy}
        side={side}
        onSide={openSide}
        onFocus={focus}
        onRename={commands.rename}
        onDeactivate={commands.deactivate}
        onActivate={(note) => commands.activate(focus, note)}
      />
      <Banner error={commands.error} onDismiss={commands.dismiss} />
      <div className="flow-body" data-side={side}>
        {canEdit && <Palette onDrop={drop} onAdd={add} />}
        <div className="flow-main">
          <div ref={box} className="flow-stage">
            <Pane editor={editor} canEdit={canEdit} onSelect={setSelected} />
            {!isOpen && <Opening />}
            {isOpen && canEdit && <EmptyHint />}
            <HintLine />
          </div>
          <Panel
            selected={selected}
            onClose={() => stage.select(() => false)}
            onDuplicate={() => duplicate(editor, stage, selected)}
            onDelete={() => editor.remove(selected, [])}
          />
        </div>
        <Side name={side} ask={ask} onFocus={look} onClose={() => setSide(null)} />
      </div>
    </div>
  );
}

// Each version the server hands in (on load, after a reconnect, when somebody else saved) has a stamp of its own.
function useServerVersion(editor, stage, flow) {
  const shown = useRef(null);
  useEffect(() => {
    if (!flow?.id) return;
    editor.open(flow);
    if (shown.current !== flow.id) stage.fit(editor.state.graph, flow.viewport);
    shown.current = flow.id;
  }, [editor, stage, flow?.stamp]);
}

// The panel must not cover the node it is about; nothing moves under a pressed pointer.
function useReveal(editor, stage, selected) {
  const id = selected.length === 1 ? selected[0] : null;
  useEffect(() => {
    if (!id) {
      stage.conceal();
      return undefined;
    }
    const reveal = () => setTimeout(() => stage.reveal(editor.node(id)));
    if (!stage.isPressed) reveal();
    else window.addEventListener("pointerup", reveal, { once: true });
    return () => window.removeEventListener("pointerup", reveal);
  }, [editor, stage, id]);
  useEffect(() => {
    const press = (event) => (stage.isPressed = event.type === "pointerdown");
    const names = ["pointerdown", "pointerup", "pointercancel"];
    names.forEach((name) => window.addEventListener(name, press, true));
    return () => names.forEach((name) => window.removeEventListener(name, press, true));
  }, [stage]);
}

// What is not stored yet goes out when the page is left, and stays in this tab in case it does not arrive.
function useLeaving(editor) {
  useEffect(() => {
    const leave = () => {
      editor.sync.backUp();
      editor.sync.flush();
    };
    const hide = () => document.visibilityState === "hidden" && leave();
    window.addEventListener("pagehide", leave);
    document.addEventListener("visibilitychange", hide);
    return () => {
      window.removeEventListener("pagehide", leave);
      document.removeEventListener("visibilitychange", hide);
      editor.sync.close();
    };
  }, [editor]);
}

// The middle of what is seen, or below it where a card is there already.
function freeSpot(editor, stage) {
  const centre = stage.centre();
  const spot = { x: centre.x - 128, y: centre.y - 60 };
  const isTaken = () => editor.state.graph.nodes.some((node) => stage.overlaps(node, spot));
  while (isTaken()) spot.y += 32;
  return spot;
}
