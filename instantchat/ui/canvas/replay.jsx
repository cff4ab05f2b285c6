// What the draft would have made of real messages, beside what was answered.
import { useState } from "react";
import { Button } from "./controls.jsx";
import { ChevronDown, History } from "./icons.jsx";
import { Busy, Nothing, Refusal } from "./side.jsx";

const LIMITS = [[100, "100"], [1000, "1,000"], [10000, "10,000"]];
const DIFFERENCES = { changed: ["Changed", "bg-info-soft text-info"], new: ["New", "bg-success-soft text-success"], gone: ["Gone", "bg-danger-soft text-danger"], same: ["Same", "bg-muted text-muted-foreground"] };

export function Replay({ replay }) {
  const { report, busy, error, limit } = replay;
  return (
    <div className="flow-side-body">
      <p className="text-[13px] text-pretty text-muted-foreground">Goes through what people really wrote, with this draft in the place of the published version. Nothing is sent.</p>
      <div className="flex flex-wrap items-center gap-2">
        <div role="group" aria-label="How many of the newest messages" className="flow-segments">
          {LIMITS.map(([value, text]) => <button key={value} type="button" disabled={busy} aria-pressed={limit === value} onClick={() => replay.choose(value)}>{text}</button>)}
        </div>
        <Button size="sm" look="primary" disabled={busy} onClick={replay.run}>Compare</Button>
      </div>
      {busy && <Busy text="Going through past messages" />}
      {error && <Refusal text={error} />}
      {report && !busy && <Report key={`${report.events} ${report.seconds}`} report={report} />}
    </div>
  );
}

function Report({ report }) {
  const [shown, setShown] = useState("all");
  if (!report.events) return <Nothing Icon={History} title="No messages yet" about="Once people have written to your account, you can see here what this draft would have answered them." />;
  const { results } = report;
  const count = (name) => results.filter((each) => each.difference === name).length;
  const filters = [["all", "All", results.length], ...Object.entries(DIFFERENCES).map(([name, [word]]) => [name, word, count(name)])].filter(([name, , number]) => name === "all" || number);
  const rows = results.filter((each) => shown === "all" || each.difference === shown);
  return (
    <>
      <p role="status" className="text-[13px] text-pretty">
        <strong className="font-semibold">{report.changed === 1 ? "1 answer would change." : `${report.changed.toLocaleString()} answers would change.`}</strong>{" "}
        <span className="text-muted-foreground">
          {plural(report.events, "event")} in {plural(report.conversations, "conversation")}; the draft would start {report.started === 1 ? "once" : `${report.started.toLocaleString()} times`}.
          {report.truncated && " The newest are shown."}
        </span>
      </p>
      {results.length > 0 && (
        <div role="group" aria-label="Difference" className="flex flex-wrap gap-1">
          {filters.map(([name, word, number]) => (
            <button key={name} type="button" aria-pressed={shown === name} onClick={() => setShown(name)} className="inline-flex h-8 items-center gap-1.5 rounded-full px-2.5 text-[13px] font-medium text-muted-foreground hover:bg-muted aria-pressed:bg-brand-soft aria-pressed:text-brand-strong">
              {word} <span className="tabular-nums opacity-70">{number}</span>
            </button>
          ))}
        </div>
      )}
      {!results.length && <p className="text-[13px] text-muted-foreground">This flow had no part in any of them, and the draft would have none.</p>}
      <ul className="flex flex-col gap-2" aria-label="Past messages">
        {rows.map((row) => <Row key={row.eventId} row={row} />)}
      </ul>
    </>
  );
}

function Row({ row }) {
  const [isOpen, setOpen] = useState(false);
  const [word, look] = DIFFERENCES[row.difference];
  const who = row.contact.name || (row.contact.username ? `@${row.contact.username}` : "Somebody");
  return (
    <li className="rounded-lg border border-border bg-background">
      <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)} className="flow-version">
        <span className="flex min-w-0 flex-1 flex-col gap-1 text-left">
          <span className="flex items-baseline gap-2">
            <span className="truncate text-[13px] font-semibold">{who}</span>
            <span className="shrink-0 text-xs text-muted-foreground">{new Date(row.at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" })}</span>
          </span>
          <span className="line-clamp-2 text-sm break-words">{row.text || <span className="text-muted-foreground">No text</span>}</span>
          {!isOpen && row.difference !== "same" && (
            <span className="flex flex-col gap-0.5 text-[13px]">
              {row.was.messages.length > 0 && <del className="flow-before line-clamp-1!"><span className="sr-only">Was: </span>{brief(row.was)}</del>}
              {row.would.messages.length > 0 && <ins className="flow-after line-clamp-1!"><span className="sr-only">Would be: </span>{brief(row.would)}</ins>}
            </span>
          )}
        </span>
        <span className="flex shrink-0 flex-col items-end gap-2">
          <span className={`rounded-full px-2 py-0.5 text-xs font-medium ${look}`}>{word}</span>
          <ChevronDown className={`size-4 text-muted-foreground transition-transform ${isOpen ? "rotate-180" : ""}`} aria-hidden />
        </span>
      </button>
      {isOpen && (
        <div className="flow-pair">
          <Answer title="Was" answer={row.was} />
          <Answer title="Would be" answer={row.would} />
        </div>
      )}
    </li>
  );
}

function Answer({ title, answer }) {
  return (
    <section aria-label={title} className="flex min-w-0 flex-col gap-1.5">
      <h3 className="text-xs font-medium text-muted-foreground">{title}{answer.flowName && <span className="font-normal">: {answer.flowName}</span>}</h3>
      {!answer.messages.length && <p className="text-[13px] text-muted-foreground">{answer.flowId ? "Nothing sent" : "No answer"}</p>}
      {answer.messages.map((message, index) => (
        <div key={index} className="rounded-xl bg-muted px-3 py-1.5 text-[13px] break-words whitespace-pre-wrap">
          {message.kind === "comment_reply" && <p className="text-xs text-muted-foreground">Answer to the comment</p>}
          {message.text || message.attachments.map((each) => each.type).join(", ")}
          <Offers offers={[...message.quickReplies, ...message.buttons, ...message.cards]} />
        </div>
      ))}
    </section>
  );
}

function Offers({ offers }) {
  if (!offers.length) return null;
  return (
    <div className="mt-1 flex flex-wrap gap-1">
      {offers.map((offer, index) => <span key={index} className="rounded-full border border-border px-2 text-xs">{offer}</span>)}
    </div>
  );
}

const brief = ({ messages: [first, ...more] }) => `${first.text || first.attachments[0]?.type || "…"}${more.length ? ` (and ${more.length} more)` : ""}`;
const plural = (count, word) => `${count.toLocaleString()} ${word}${count === 1 ? "" : "s"}`;
