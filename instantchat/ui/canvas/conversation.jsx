// The test panel's conversation: what the contact does, what the draft says, what it waits for.
import { useEffect, useRef } from "react";
import { Composer, ContactForm } from "./composer.jsx";
import { useEditor } from "./context.js";
import { Button } from "./controls.jsx";
import { Clock, FastForward, FlaskConical, Loader, Rotate } from "./icons.jsx";
import { Mine, Said } from "./phone.jsx";
import { Nothing, Refusal } from "./side.jsx";
import { threadOf } from "./trying.js";

export function Conversation({ trial, onSteps }) {
  const { messages, result, error, busy } = trial;
  const end = useRef(null);
  const input = useRef(null);
  const send = (message) => {
    trial.send(message);
    if (hasKeyboard()) input.current?.focus(); // what was pressed goes away, or is off
  };
  const thread = threadOf(messages, result);
  useEffect(() => {
    end.current?.scrollIntoView({ block: "nearest" });
  }, [result, busy]);
  const lastSaid = thread.findLastIndex((each) => !each.isMine);
  return (
    <>
      <div className="flow-thread" role="log" aria-label="Conversation" aria-busy={busy} tabIndex={0}>
        {!messages.length && (
          <Nothing Icon={FlaskConical} title="Try this draft" about="Write what a contact would, or choose another event below. Nothing is sent, nothing is stored." />
        )}
        {thread.map((each, index) => (each.isMine
          ? <Mine key={index} message={each.message} decision={each.decision} />
          : <Said key={index} said={each.said} isLast={index === lastSaid && index === thread.length - 1} busy={busy} onTap={send} />
        ))}
        {result && !busy && <Outcome trial={trial} onSteps={onSteps} />}
        {busy && <p role="status" className="self-center text-muted-foreground"><Loader className="size-4 animate-spin" aria-hidden /><span className="sr-only">Thinking</span></p>}
        {error && <Refusal text={error} />}
        <span ref={end} />
      </div>
      <Composer input={input} onSend={send} busy={busy} />
      <div className="flex items-start justify-between gap-2 px-3 pb-3">
        <ContactForm contact={trial.contact} onChange={trial.become} />
        <Button size="sm" look="ghost" disabled={!messages.length} onClick={trial.reset}><Rotate className="size-3.5" aria-hidden /> Reset</Button>
      </div>
    </>
  );
}

const hasKeyboard = () => window.matchMedia("(pointer: fine)").matches;

const ENDS = { completed: "The flow is at its end.", failed: "The flow stopped at an error. Steps says where.", not_started: null };

function Outcome({ trial, onSteps }) {
  const { result } = trial;
  const needs = result.trace.filter((step) => step.given?.kind === "result" && step.error && !trial.responses[step.nodeId]);
  const text = ENDS[result.status];
  return (
    <div className="flex flex-col items-center gap-2 py-1 text-center text-[13px] text-muted-foreground">
      {needs.length > 0 && (
        <p>A step called another service, which is not asked here. <button type="button" className="font-medium text-foreground underline underline-offset-3" onClick={onSteps}>Say what it answers</button></p>
      )}
      {result.waits.map((wait) => <Wait key={`${wait.runId} ${wait.nodeId}`} wait={wait} now={trial.now} onSkip={trial.skipTo} />)}
      {!result.waits.length && text && <p>{text}</p>}
      {result.truncated && <p>It did more than is shown here.</p>}
    </div>
  );
}

const FOR = { reply: "Waits for an answer", time: "Waits", result: "Waits for a service" };

function Wait({ wait, now, onSkip }) {
  const editor = useEditor();
  const node = editor.node(wait.nodeId);
  const where = node ? `“${editor.schema(node).label}”: ` : "";
  return (
    <div className="flex flex-wrap items-center justify-center gap-x-3 gap-y-1 rounded-lg bg-muted px-3 py-1.5">
      <p className="flex items-center gap-1.5">
        <Clock className="size-3.5 shrink-0" aria-hidden />
        <span className="sr-only">{where}</span>
        {FOR[wait.for] ?? "Waits"}{wait.until && <>{wait.for === "time" ? " " : ", at most "}{spanOf(Date.parse(wait.until) - now)}</>}
      </p>
      {wait.until && (
        <button type="button" onClick={() => onSkip(wait.until)} title={new Date(wait.until).toLocaleString()} className="inline-flex min-h-6 items-center gap-1 font-medium text-foreground underline-offset-3 hover:underline">
          <FastForward className="size-3.5" aria-hidden /> Skip ahead
        </button>
      )}
    </div>
  );
}

function spanOf(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const [days, hours, minutes] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  if (seconds < 60) return `${seconds} s`;
  const parts = [days && `${days} ${days === 1 ? "day" : "days"}`, hours && `${hours} h`, minutes && `${minutes} min`].filter(Boolean);
  return parts.slice(0, 2).join(" ");
}
