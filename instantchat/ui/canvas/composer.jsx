// What the contact does next, and who the contact is.
import { useId, useState } from "react";
import { ChevronDown, ChevronRight, Send } from "./icons.jsx";
import { CONTROL } from "./inputs.jsx";

// `said`: what to type, or null when there is nothing to; `make` the event, without what is the same for all.
const EVENTS = [
  ["Messages", "message", "Direct message", "Write a message", (text) => ({ text })],
  ["Messages", "shared_post", "Shared post", null, () => ({ kind: "message", attachments: [{ type: "ig_post" }] })],
  ["Messages", "reaction", "Reaction", "Emoji, such as ❤️", (text) => ({ payload: text })],
  ["Comments", "comment", "Comment", "Write a comment", (text) => ({ text })],
  ["Comments", "live_comment", "Live comment", "Write a comment", (text) => ({ text })],
  ["Stories", "story_reply", "Story reply", "Write a reply", (text) => ({ text })],
  ["Stories", "story_mention", "Story mention", null, () => ({})],
  ["Links and taps", "postback", "Button tap", "The button's payload", (text) => ({ payload: text })],
  ["Links and taps", "referral", "Link opened", "The link's ref", (text) => ({ refs: { ref: text, referralSource: "link" } })],
  ["Links and taps", "ad", "Ad opened", "The ad's ref", (text) => ({ kind: "referral", refs: { ref: text, referralSource: "ad" } })],
  ["Contact and time", "tag_added", "Tag added", "The tag", (text) => ({ kind: "contact_changed", refs: { change: "tag_added", name: text } })],
  ["Contact and time", "tag_removed", "Tag removed", "The tag", (text) => ({ kind: "contact_changed", refs: { change: "tag_removed", name: text } })],
  ["Contact and time", "field_set", "Field set", "The field", (text) => ({ kind: "contact_changed", refs: { change: "field_set", name: text } })],
  ["Contact and time", "schedule", "Scheduled time", null, () => ({})],
  ["Contact and time", "api", "Start by API", null, () => ({})],
].map(([group, id, label, said, make]) => ({ group, id, label, said, make: (text) => ({ kind: id, ...make(text) }) }));

export const KIND_LABELS = { ...Object.fromEntries(EVENTS.map((each) => [each.id, each.label])), contact_changed: "Contact changed", referral: "Link or ad opened" };
const GROUPS = [...new Set(EVENTS.map((each) => each.group))];

export function Composer({ input, onSend, busy }) {
  const [id, setId] = useState("message");
  const [text, setText] = useState("");
  const event = EVENTS.find((each) => each.id === id);
  const canSend = !busy && (event.said === null || Boolean(text.trim()));
  const submit = (submitted) => {
    submitted.preventDefault();
    if (!canSend) return;
    onSend(event.make(text));
    setText("");
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-2 border-t border-border p-3">
      <div className="relative self-start">
        <select aria-label="Event" value={id} onChange={(change) => setId(change.target.value)} className="h-8 max-w-full appearance-none rounded-md bg-muted pr-7 pl-2.5 text-[13px] font-medium">
          {GROUPS.map((group) => (
            <optgroup key={group} label={group}>
              {EVENTS.filter((each) => each.group === group).map((each) => <option key={each.id} value={each.id}>{each.label}</option>)}
            </optgroup>
          ))}
        </select>
        <ChevronDown className="pointer-events-none absolute top-2 right-2 size-4 text-muted-foreground" aria-hidden />
      </div>
      <div className="flex gap-2">
        <input ref={input} aria-label={event.label} value={text} disabled={event.said === null} placeholder={event.said ?? "Nothing to write"} autoComplete="off" maxLength={2000} onChange={(change) => setText(change.target.value)} className={`${CONTROL} h-10 min-w-0 flex-1 px-3`} />
        <button type="submit" aria-label="Send" disabled={!canSend} className="flex size-10 shrink-0 items-center justify-center rounded-md bg-brand text-brand-foreground hover:bg-brand-hover disabled:opacity-50">
          <Send className="size-[18px]" aria-hidden />
        </button>
      </div>
    </form>
  );
}

export function ContactForm({ contact, onChange }) {
  const [isOpen, setOpen] = useState(false);
  const [tags, setTags] = useState(contact.tags.join(", "));
  const id = useId();
  const write = (text) => {
    setTags(text);
    onChange({ tags: text.split(",").map((tag) => tag.trim()).filter(Boolean).slice(0, 50) });
  };
  const look = `${CONTROL} h-9 px-2.5 font-normal`;
  return (
    <div className="min-w-0 flex-1">
      <button type="button" aria-expanded={isOpen} aria-controls={id} onClick={() => setOpen(!isOpen)} className="flex h-8 items-center gap-1 rounded-md text-[13px] text-muted-foreground hover:text-foreground">
        <ChevronRight className={`size-4 transition-transform ${isOpen ? "rotate-90" : ""}`} aria-hidden /> <span className="truncate">As {contact.name || "a contact without a name"}</span>
      </button>
      <div id={id} hidden={!isOpen} className="pt-2">
        <div className="flex flex-col gap-2">
          <label className="flex flex-col gap-1 text-[13px] font-medium">Name<input value={contact.name} maxLength={200} onChange={(event) => onChange({ name: event.target.value })} className={look} /></label>
          <label className="flex flex-col gap-1 text-[13px] font-medium">Tags<input value={tags} placeholder="vip, newsletter" onChange={(event) => write(event.target.value)} className={look} /></label>
          <p className="text-[13px] text-muted-foreground">Counts from the next message on.</p>
        </div>
      </div>
    </div>
  );
}
