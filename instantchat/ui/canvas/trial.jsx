// The test panel: a conversation with the draft, the steps it took, and what it would have made of past messages.
import * as Tabs from "@radix-ui/react-tabs";
import { useEffect, useState } from "react";
import { useEditor, useEditorState } from "./context.js";
import { Conversation } from "./conversation.jsx";
import { Replay } from "./replay.jsx";
import { Steps } from "./steps.jsx";
import { marksOf } from "./trying.js";

const TAB =
  "-mb-px border-b-2 border-transparent px-2.5 py-2.5 text-[13px] font-medium whitespace-nowrap text-muted-foreground hover:text-foreground " +
  "data-[state=active]:border-brand data-[state=active]:text-foreground focus-visible:-outline-offset-2 rounded-t-md";

export function Trial({ trial, replay, onFocus }) {
  const [tab, setTab] = useState("talk");
  useTrialMarks(trial.result);
  const count = trial.result?.trace.length ?? 0;
  return (
    <Tabs.Root value={tab} onValueChange={setTab} className="flex min-h-0 flex-1 flex-col">
      <Tabs.List aria-label="Test" className="flex border-b border-border px-2">
        <Tabs.Trigger value="talk" className={TAB}>Conversation</Tabs.Trigger>
        <Tabs.Trigger value="steps" className={TAB}>Steps{count > 0 && <span className="ml-1 tabular-nums opacity-70">{count}</span>}</Tabs.Trigger>
        <Tabs.Trigger value="past" className={TAB}>Past messages</Tabs.Trigger>
      </Tabs.List>
      <Tabs.Content value="talk" tabIndex={-1} className="flow-tab"><Conversation trial={trial} onSteps={() => setTab("steps")} /></Tabs.Content>
      <Tabs.Content value="steps" tabIndex={-1} className="flow-tab"><Steps trial={trial} onFocus={onFocus} /></Tabs.Content>
      <Tabs.Content value="past" tabIndex={-1} className="flow-tab"><Replay replay={replay} /></Tabs.Content>
    </Tabs.Root>
  );
}

function useTrialMarks(result) {
  const editor = useEditor();
  const schemas = useEditorState((state) => state.schemas);
  useEffect(() => editor.mark(result && marksOf(editor, result)), [editor, schemas, result]);
}
