// The trace of a trial: each step with its way out, and on demand what it saw and did. Choosing one goes to its node.
import { useState } from "react";
import { useEditor } from "./context.js";
import { Button } from "./controls.jsx";
import { AlertCircle, AlertTriangle, ArrowRight, ChevronDown, Clock, FlaskConical, NodeIcon } from "./icons.jsx";
import { CONTROL } from "./inputs.jsx";
import { nameOf } from "./panel.jsx";
import { exitsOf, schemaOf } from "./schema.js";
import { Nothing } from "./side.jsx";

export function Steps({ trial, onFocus }) {
  const { result, responses } = trial;
  const [open, setOpen] = useState(null);
  if (!result?.trace.length) {
    return <Nothing Icon={FlaskConical} title="No steps yet" about="As soon as a message starts the flow, the way it takes is listed here." />;
  }
  return (
    <ol className="flow-side-body gap-1.5!" aria-label="Steps">
      {result.trace.map((step, index) => (
        <Step key={index} step={step} calls={callOf(result.trace, index)} isOpen={open === index} response={responses[step.nodeId]}
          onToggle={() => {
            setOpen(open === index ? null : index);
            onFocus(step.nodeId);
          }}
          onRespond={(response) => trial.respond(step.nodeId, response)}
        />
      ))}
    </ol>
  );
}

function Step({ step, calls, isOpen, response, onToggle, onRespond }) {
  const editor = useEditor();
  const node = editor.node(step.nodeId);
  const schema = node ? editor.schema(node) : schemaOf(editor.state.schemas, step.type, {});
  const exit = step.exit && (exitsOf(schema, node?.data).find((each) => each.id === step.exit)?.label ?? step.exit);
  const needsResponse = calls && !response && Boolean(step.error);
  return (
    <li className="rounded-lg border border-border bg-background" data-failed={Boolean(step.error)}>
      <button type="button" aria-expanded={isOpen} onClick={onToggle} className="flex w-full items-center gap-2 rounded-lg p-2 text-left hover:bg-muted">
        <NodeIcon name={schema.icon} group={schema.group} small />
        <span className="min-w-0 flex-1">
          <span className="block truncate text-[13px] font-medium">{node ? nameOf(editor, node) : schema.label}</span>
          <span className="flex items-center gap-1 text-[13px] text-muted-foreground">
            {exit && <><ArrowRight className="size-3.5 shrink-0" aria-label="left by" /><span className="truncate">{exit}</span></>}
            {step.outcome === "wait" && <><Clock className="size-3.5 shrink-0" aria-hidden /><span className="truncate">{step.until ? `waits until ${clock(step.until)}` : "waits"}</span></>}
            {step.outcome === "end" && "ends here"}
          </span>
        </span>
        {step.error && <AlertCircle className="size-4 shrink-0 text-danger" aria-label="Error" />}
        {!step.error && step.warnings && <AlertTriangle className="size-4 shrink-0 text-warning" aria-label="Warning" />}
        <ChevronDown className={`size-4 shrink-0 text-muted-foreground transition-transform ${isOpen ? "rotate-180" : ""}`} aria-hidden />
      </button>
      {isOpen && <Details step={step} />}
      {calls && (isOpen || needsResponse) && <Response calls={calls} response={response} onRespond={onRespond} />}
    </li>
  );
}

function Details({ step }) {
  const lines = [
    ...Object.entries(step.values ?? {}).map(([name, value]) => [name, value]),
    ...(step.given && !step.given.error ? [["Heard", step.given.text ?? step.given.status ?? step.given.kind]] : []),
    ...(step.effects ?? []).map(({ kind, ...rest }) => [kind[0].toUpperCase() + kind.slice(1).replaceAll("_", " "), Object.values(rest).map(said).join(" · ")]),
    ...(step.window ? [["Messaging window", step.window]] : []),
    ["At", clock(step.at, "2-digit")],
  ];
  const notes = [...(step.error ? [["text-danger", step.error]] : []), ...(step.warnings ?? []).map((text) => ["text-warning", text]), ...(step.note ? [["", step.note]] : [])];
  return (
    <div className="flex flex-col gap-2 border-t border-border p-2.5 text-[13px]">
      {notes.map(([look, text], index) => <p key={index} className={look}>{said(text)}</p>)}
      <dl className="grid grid-cols-[minmax(0,7rem)_minmax(0,1fr)] gap-x-3 gap-y-1">
        {lines.map(([name, value], index) => (
          <div key={index} className="contents"><dt className="break-words text-muted-foreground">{name}</dt><dd className="break-words">{said(value)}</dd></div>
        ))}
      </dl>
    </div>
  );
}

// What the service is taken to answer.
function Response({ calls, response, onRespond }) {
  const isModel = calls !== "call_api";
  const [status, setStatus] = useState(String(response?.status ?? 200));
  const [body, setBody] = useState(response ? JSON.stringify(response.body, null, 2) : isModel ? '{"text": ""}' : "{}");
  const [error, setError] = useState(null);
  const submit = (event) => {
    event.preventDefault();
    const number = Number(status);
    if (!Number.isInteger(number) || number < 100 || number > 599) return setError("The status is a number from 100 to 599.");
    try {
      const parsed = body.trim() ? JSON.parse(body) : null;
      setError(null);
      return onRespond({ status: number, body: parsed });
    } catch {
      return setError("The answer is not JSON. Texts need quotes.");
    }
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-2 border-t border-border p-2.5">
      <p className="text-[13px] font-medium">{isModel ? "What the AI answers" : "What the service answers"}</p>
      {!isModel && <label className="flex items-center gap-2 text-[13px]">Status<input inputMode="numeric" value={status} onChange={(event) => setStatus(event.target.value)} className={`${CONTROL} h-8 w-20! px-2`} /></label>}
      <textarea aria-label="Answer as JSON" spellCheck={false} value={body} onChange={(event) => setBody(event.target.value)} className={`${CONTROL} min-h-16 px-2 py-1.5 font-mono text-xs! [field-sizing:content]`} />
      {isModel && <p className="text-[13px] text-muted-foreground">A text, or {"{\"choice\": …}"} with the id of a choice.</p>}
      {error && <p role="alert" className="text-[13px] text-danger">{error}</p>}
      <Button size="sm" type="submit" className="self-start">Go on with it</Button>
    </form>
  );
}

// Which kind of call this step is the result of; null for other steps.
function callOf(trace, index) {
  if (trace[index].given?.kind !== "result") return null;
  const asked = trace.slice(0, index).findLast((step) => step.nodeId === trace[index].nodeId && step.runId === trace[index].runId);
  return asked?.effects?.[0]?.kind ?? "call_api";
}

const clock = (moment, second) => new Date(moment).toLocaleString([], { weekday: "short", hour: "2-digit", minute: "2-digit", second });

function said(value) {
  if (Array.isArray(value)) return value.map(said).join(", ");
  if (value === null || value === undefined) return "nothing";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
