import { Children, useEffect, useLayoutEffect, useRef, useState } from "react";
import { begin, draftOf, keepDraft, settle, unanswered } from "./drafts.js";
import { followThread } from "./scroll.jsx";

const TYPING_MS = 3000;
const HAS_ROOM = "(hover: hover) and (min-width: 768px)"; // no keyboard pops up over the thread

const KINDS = {
  message: { tab: "Message", label: "Message", hint: "Write a message", refused: "Not sent.", key: "send" },
  note: { tab: "Note", label: "Note", hint: "Write a note that only members see", refused: "Not saved.", key: "enter" },
};

const placeOf = (owner, conversation, kind) => `${owner}:${conversation}${kind === "note" ? ":note" : ""}`;

/**
 * Where an answer or a note is written. Enter sends, Shift+Enter breaks the line. `onSend(conversation, text, key)`, for
 * a note `onNote`, is answered by an entry `{kind, key, conversation, refusal}` of `answers`; until then the text is
 * kept, and a new `epoch` (the page has read everything again, after a reload or a lost connection) sends it once more
 * with the same key. Every conversation begins with a message: no answer is taken for a note, nor a note sent.
 */
export function Composer(props) {
  const [noteIn, setNoteIn] = useState("");
  const kind = noteIn === props.conversation ? "note" : "message";
  const place = placeOf(props.owner, props.conversation, kind);
  const choose = (name) => setNoteIn(name === "note" ? props.conversation : "");
  return <Editor key={place} place={place} kind={kind} onChoose={choose} {...props} />;
}

function Editor({ place, kind, onChoose, owner, conversation, epoch, answers, onSend, onNote, onTyping, children }) {
  const words = KINDS[kind];
  const isNote = kind === "note";
  const field = useRef(null);
  const saidTyping = useRef(0);
  const [refusal, setRefusal] = useState("");

  function show(text) {
    field.current.value = text;
    grow(field.current);
  }

  useLayoutEffect(() => {
    const hasRoom = window.matchMedia(HAS_ROOM).matches && !document.querySelector("[role=dialog]");
    if (hasRoom) field.current.focus({ preventScroll: true });
  }, []);

  useEffect(() => {
    for (const answer of answers) {
      const where = placeOf(owner, answer.conversation, answer.kind);
      if (settle(where, answer) && where === place) setRefusal(answer.refusal);
    }
    if (draftOf(place) !== field.current.value) show(draftOf(place));
  }, [answers]);

  useEffect(() => {
    if (!epoch) return;
    for (const [name, send] of [["message", onSend], ["note", onNote]]) {
      unanswered(placeOf(owner, conversation, name)).forEach((each) => send(conversation, each.text, each.key));
    }
    show(draftOf(place));
  }, [epoch]);

  function changed(event) {
    keepDraft(place, event.target.value);
    grow(event.target);
    setRefusal("");
    tellTyping(event.target.value.trim() !== "");
  }

  function tellTyping(isTyping) {
    const due = Date.now() - saidTyping.current > TYPING_MS;
    if (isNote || (isTyping ? !due : !saidTyping.current)) return;
    saidTyping.current = isTyping ? Date.now() : 0;
    onTyping(conversation, isTyping);
  }

  function submit(event) {
    event.preventDefault();
    const text = field.current.value;
    field.current.focus();
    if (!text.trim()) return;
    const key = begin(place, text);
    keepDraft(place, "");
    show("");
    setRefusal("");
    saidTyping.current = 0;
    followThread();
    (isNote ? onNote : onSend)(conversation, text, key);
  }

  function pressed(event) {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    if (!event.repeat) event.currentTarget.form.requestSubmit();
  }

  return (
    <form onSubmit={submit} className="border-t border-border bg-surface px-3 pt-2 pb-3 md:px-6">
      <div role="group" aria-label="What to write" className="mb-2 flex gap-1">
        {Object.entries(KINDS).map(([name, { tab }]) => (
          <button
            key={name}
            type="button"
            aria-pressed={name === kind}
            onClick={() => onChoose(name)}
            className="h-7 rounded-md px-2.5 text-[13px] font-medium text-muted-foreground transition-colors hover:text-foreground aria-pressed:bg-muted aria-pressed:text-foreground pointer-coarse:h-9 pointer-coarse:px-3.5"
          >
            {tab}
          </button>
        ))}
      </div>
      {refusal && (
        <p id="composer-refusal" role="alert" className="mb-2 px-1 text-[13px] text-danger text-pretty">
          {words.refused} {refusal}
        </p>
      )}
      <div className="flex items-end gap-2">
        <textarea
          ref={field}
          id="composer"
          name="text"
          rows={1}
          placeholder={words.hint}
          aria-label={words.label}
          aria-invalid={refusal ? true : undefined}
          aria-describedby={refusal ? "composer-refusal" : undefined}
          autoComplete="off"
          enterKeyHint={words.key}
          onChange={changed}
          onKeyDown={pressed}
          onBlur={() => tellTyping(false)}
          className="max-h-40 min-h-10 min-w-0 flex-1 resize-none rounded-2xl border border-input bg-surface px-4 py-2 text-base placeholder:text-muted-foreground focus-visible:outline-2 focus-visible:outline-offset-0 focus-visible:outline-ring focus-visible:border-ring data-[kind=note]:bg-warning-soft sm:text-sm"
          data-kind={kind}
        />
        {Children.toArray(children)[isNote ? 1 : 0]}
      </div>
    </form>
  );
}

function grow(area) {
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight + 2}px`; // its border
}
