// The history of the flow: its published versions, what each changed, and the way back to it.
import { useCallback, useEffect, useRef, useState } from "react";
import { askAboutDraft } from "./commands.js";
import { useEditor, useEditorState } from "./context.js";
import { Button } from "./controls.jsx";
import { Ask } from "./dialogs.jsx";
import { Differences, useMarks } from "./diff.jsx";
import { ChevronDown, History, Rotate } from "./icons.jsx";
import { Busy, Nothing, Refusal } from "./side.jsx";

const QUIET_MS = 800; // people are typing

export function Versions({ ask, onFocus }) {
  const view = useEditorState((state) => state.view);
  const { versions, next, error, more } = useVersions(ask, view.publishedVersion);
  const [chosen, setChosen] = useState(null);
  const choose = (number) => setChosen((now) => (now === number ? null : number));
  if (error) return <div className="flow-side-body"><Refusal text={error} /></div>;
  if (!versions) return <Busy text="Reading the history" />;
  if (!versions.length) {
    return <Nothing Icon={History} title="Not published yet" about="Each time you activate or publish the flow, that version is kept here, and you can go back to it." />;
  }
  const newest = versions[0].number;
  return (
    <div className="flow-side-body">
      <ul className="flex flex-col gap-2" aria-label="Versions">
        {view.hasUnpublishedChanges && (
          <Entry title="Draft" about="Not published yet" isOpen={chosen === "draft"} onToggle={() => choose("draft")}>
            <Compared ask={ask} from={newest} to="draft" onFocus={onFocus} />
          </Entry>
        )}
        {versions.map((version) => (
          <Entry key={version.number} title={`Version ${version.number}`} version={version} about={aboutOf(version)} isOpen={chosen === version.number} onToggle={() => choose(version.number)}>
            <Version ask={ask} version={version} canRestore={view.canEdit} onFocus={onFocus} />
          </Entry>
        ))}
      </ul>
      {next && <Button size="sm" onClick={more} className="self-center">Earlier versions</Button>}
    </div>
  );
}

function Entry({ title, version, about, isOpen, onToggle, children }) {
  return (
    <li className="rounded-lg border border-border bg-background">
      <button type="button" aria-expanded={isOpen} onClick={onToggle} className="flow-version">
        <span className="flex min-w-0 flex-1 flex-col gap-0.5 text-left">
          <span className="flex items-center gap-2 text-sm font-semibold">
            {title}
            {version?.isLive && <span className="rounded-full bg-success-soft px-2 text-xs font-medium text-success">Live</span>}
          </span>
          {version?.note && <span className="text-[13px] break-words">{version.note}</span>}
          <span className="text-[13px] text-muted-foreground">{about}</span>
          {version && <span className="text-[13px] text-muted-foreground first-letter:uppercase">{version.summary}</span>}
        </span>
        <ChevronDown className={`mt-0.5 size-4 shrink-0 text-muted-foreground transition-transform ${isOpen ? "rotate-180" : ""}`} aria-hidden />
      </button>
      {isOpen && <div className="flex flex-col gap-3 border-t border-border p-3">{children}</div>}
    </li>
  );
}

function Version({ ask, version, canRestore, onFocus }) {
  const [against, setAgainst] = useState("draft");
  const [isAsking, setAsking] = useState(false);
  const { restore, error, busy } = useRestore(ask);
  const pair = against === "draft" ? [version.number, "draft"] : [version.number - 1, version.number];
  return (
    <>
      {version.number > 1 && (
        <div role="group" aria-label="Compare" className="flow-segments self-start">
          <button type="button" aria-pressed={against === "draft"} onClick={() => setAgainst("draft")}>Since then</button>
          <button type="button" aria-pressed={against === "before"} onClick={() => setAgainst("before")}>What it changed</button>
        </div>
      )}
      <Compared key={against} ask={ask} from={pair[0]} to={pair[1]} onFocus={onFocus} />
      {error && <Refusal text={error} />}
      {canRestore && <Button size="sm" disabled={busy} onClick={() => setAsking(true)} className="self-start"><Rotate className="size-3.5" aria-hidden /> Restore this version</Button>}
      {isAsking && (
        <Ask
          isAlert
          title={`Restore version ${version.number}?`}
          about="It becomes the draft, in place of what is on the canvas now. What runs goes on until you publish. Undo brings your draft back."
          action="Restore"
          onClose={() => setAsking(false)}
          onAction={() => restore(version.number)}
        />
      )}
    </>
  );
}

function Compared({ ask, from, to, onFocus }) {
  const editor = useEditor();
  const graph = useEditorState((state) => (to === "draft" ? state.graph : null));
  const [answer, setAnswer] = useState(null);
  const isFirst = useRef(true);
  useEffect(() => {
    let isWanted = true;
    const timer = setTimeout(async () => {
      const found = await askAboutDraft(editor, ask, "onCompare", { from: String(from), to: String(to) });
      if (isWanted) setAnswer(found);
    }, isFirst.current ? 0 : QUIET_MS);
    isFirst.current = false;
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [editor, ask, from, to, graph]);
  useMarks(editor, answer?.diff);
  if (!answer) return <Busy text="Comparing" />;
  if (!answer.ok) return <Refusal text={answer.message} />;
  return <Differences diff={answer.diff} onFocus={onFocus} />;
}

// Read again whenever a version is published.
function useVersions(ask, published) {
  const [state, setState] = useState({});
  useEffect(() => {
    let isWanted = true;
    ask("onVersions").then((reply) => {
      if (isWanted) setState(reply.ok ? { versions: reply.data, next: reply.nextCursor } : { error: reply.message });
    });
    return () => (isWanted = false);
  }, [ask, published]);
  const more = useCallback(async () => {
    const reply = await ask("onVersions", { cursor: state.next });
    if (reply.ok) setState(({ versions }) => ({ versions: [...versions, ...reply.data], next: reply.nextCursor }));
    else setState({ error: reply.message });
  }, [ask, state.next]);
  return { ...state, more };
}

function useRestore(ask) {
  const editor = useEditor();
  const [state, setState] = useState({ busy: false, error: null });
  const restore = async (number) => {
    setState({ busy: true, error: null });
    const reply = await askAboutDraft(editor, ask, "onRestore", { number });
    setState({ busy: false, error: reply.ok ? null : reply.message });
    if (reply.ok) editor.adopt(reply.restored);
  };
  return { ...state, restore };
}

function aboutOf({ author, createdAt }) {
  const when = new Date(createdAt).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
  return author ? `${author.name}, ${when}` : when;
}
