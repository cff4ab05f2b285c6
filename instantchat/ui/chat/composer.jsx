import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { begin, draftOf, keepDraft, settle, unanswered } from "./drafts.js";
import { followThread } from "./scroll.jsx";

const TYPING_MS = 3000;
const HAS_ROOM = "(hover: hover) and (min-width: 768px)"; // no keyboard pops up over the thread

/**
 * Where an answer is written. Enter sends, Shift+Enter breaks the line. `onSend(conversation, text, key)` is answered by
 * an entry `{key, conversation, refusal}` of `answers`; until then the text is kept, and a new `epoch` (the page has read
 * everything again, after a reload or a lost connection) sends it once more with the same key.
 */
export function Composer(props) {
  const place = `${props.owner}:${props.conversation}`;
  return <Editor key={place} place={place} {...props} />;
}

function Editor({ place, owner, conversation, epoch, answers, onSend, onTyping, children }) {
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
      const where = `${owner}:${answer.conversation}`;
      if (settle(where, answer) && where === place) setRefusal(answer.refusal);
    }
    if (draftOf(place) !== field.current.value) show(draftOf(place));
  }, [answers]);

  useEffect(() => {
    if (!epoch) return;
    unanswered(place).forEach((each) => onSend(conversation, each.text, each.key));
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
    if (isTyping ? !due : !saidTyping.current) return;
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
    onSend(conversation, text, key);
  }

  function pressed(event) {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    if (!event.repeat) event.currentTarget.form.requestSubmit();
  }

  return (
    <form onSubmit={submit} className="border-t border-border bg-surface p-3 md:px-6">
      {refusal && (
        <p id="composer-refusal" role="alert" className="mb-2 px-1 text-[13px] text-danger text-pretty">
          Not sent. {refusal}
        </p>
      )}
      <div className="flex items-end gap-2">
        <textarea
          ref={field}
          id="composer"
          name="text"
          rows={1}
          placeholder="Write a message"
          aria-label="Message"
          aria-invalid={refusal ? true : undefined}
          aria-describedby={refusal ? "composer-refusal" : undefined}
          autoComplete="off"
          enterKeyHint="send"
          onChange={changed}
          onKeyDown={pressed}
          onBlur={() => tellTyping(false)}
          className="max-h-40 min-h-10 min-w-0 flex-1 resize-none rounded-2xl border border-input bg-surface px-4 py-2 text-base placeholder:text-muted-foreground focus-visible:outline-2 focus-visible:outline-offset-0 focus-visible:outline-ring focus-visible:border-ring sm:text-sm"
        />
        {children}
      </div>
    </form>
  );
}

function grow(area) {
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight + 2}px`; // its border
}
