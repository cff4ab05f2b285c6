// Messages as the contact's phone shows them, with what can be tapped.
import { KIND_LABELS } from "./composer.jsx";

const BUBBLE = "max-w-[85%] rounded-2xl px-3.5 py-2 text-sm break-words whitespace-pre-wrap";

export function Mine({ message, decision }) {
  const label = KIND_LABELS[message.kind] && message.kind !== "message" ? KIND_LABELS[message.kind] : null;
  const text = message.text ?? message.payload ?? message.refs?.name ?? message.refs?.ref;
  return (
    <div className="flex flex-col items-end gap-1">
      {(label || message.attachments) && <p className="px-1 text-xs text-muted-foreground">{label ?? "Shared a post"}</p>}
      {text && <p className={`${BUBBLE} rounded-br-md bg-brand text-brand-foreground`}>{text}</p>}
      <Why decision={decision} />
    </div>
  );
}

// Which flow heard it, or why none did.
function Why({ decision }) {
  if (!decision || decision.resumedRunId) return null;
  const verdict = decision.verdicts[0];
  if (decision.startedFlowId) return verdict?.detail ? <p className="px-1 text-right text-xs text-muted-foreground">Started. {verdict.detail}</p> : null;
  return <p className="max-w-[85%] px-1 text-right text-xs text-warning">Not started. {verdict?.detail ?? REASONS[decision.reason] ?? ""}</p>;
}

const REASONS = { stop: "It is a stop word.", paused: "People have the conversation.", none: "The draft has no trigger that listens to it." };

export function Said({ said, isLast, busy, onTap }) {
  const tap = (offer) => onTap({ text: offer.title, payload: offer.id });
  if (said.kind === "reaction") return <p className="px-1 text-[13px] text-muted-foreground">Reacted with {said.text}</p>;
  return (
    <div className="flex flex-col items-start gap-1.5">
      {said.kind === "comment_reply" && <p className="px-1 text-xs text-muted-foreground">Answered the comment</p>}
      {said.private && <p className="px-1 text-xs text-muted-foreground">Private reply</p>}
      {said.attachments.map((each, index) => <p key={index} className={`${BUBBLE} rounded-bl-md bg-muted text-muted-foreground`}>{each.type}{each.url && `: ${each.url}`}</p>)}
      {(said.text || said.buttons.length > 0) && (
        <div className={`${BUBBLE} rounded-bl-md bg-muted ${said.delivered ? "" : "opacity-60 outline-1 outline-dashed outline-input"}`}>
          {said.text}
          <Buttons offers={said.buttons} busy={busy} onTap={tap} />
        </div>
      )}
      {said.cards.length > 0 && (
        <ul className="flow-cards" aria-label="Cards" tabIndex={0}>
          {said.cards.map((card, index) => (
            <li key={index} className="w-52 shrink-0 rounded-xl border border-border bg-surface p-3">
              <p className="text-sm font-medium">{card.title}</p>
              {card.subtitle && <p className="text-[13px] text-muted-foreground">{card.subtitle}</p>}
              <Buttons offers={card.buttons} busy={busy} onTap={tap} />
            </li>
          ))}
        </ul>
      )}
      {!said.delivered && <p className="px-1 text-xs text-danger">Not delivered: the messaging window is closed.</p>}
      {isLast && said.quickReplies.length > 0 && (
        <div role="group" aria-label="Quick replies" className="flex flex-wrap gap-1.5">
          {said.quickReplies.map((offer) => (
            <button key={offer.id} type="button" disabled={busy} onClick={() => tap(offer)} className="min-h-8 rounded-full border border-brand px-3 text-[13px] font-medium text-brand-strong hover:bg-brand-soft disabled:opacity-50">{offer.title}</button>
          ))}
        </div>
      )}
    </div>
  );
}

function Buttons({ offers, busy, onTap }) {
  if (!offers.length) return null;
  return (
    <div className="mt-2 flex flex-col gap-1">
      {offers.map((offer) => (offer.type === "web_url"
        ? <span key={offer.id} title={offer.url} className="rounded-md bg-background px-3 py-1.5 text-center text-[13px] font-medium">{offer.title} ↗</span>
        : <button key={offer.id} type="button" disabled={busy} onClick={() => onTap(offer)} className="min-h-8 rounded-md bg-background px-3 text-[13px] font-medium hover:bg-surface disabled:opacity-50">{offer.title}</button>
      ))}
    </div>
  );
}
