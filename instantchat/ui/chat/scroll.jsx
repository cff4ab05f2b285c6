import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { ArrowDown } from "lucide-react";

const NEAR = 60; // px from the end that still count as "at the end"

/** Shows the thread's end on the next message, wherever it is scrolled to: somebody here has just written. */
export function followThread() {
  document.getElementById("thread")?.dispatchEvent(new Event("follow"));
}

/**
 * A thread of `<li>`: opens at its end and stays there as it grows; once the reader has scrolled up, what is being read
 * keeps its place, whether messages come above it or below. `thread` names the conversation.
 */
export function ThreadScroll({ thread, label, className, children }) {
  const box = useRef(null);
  const inner = useRef(null);
  const reading = useRef({ atEnd: true, anchor: null, offset: 0, last: null, height: 0 });
  const [isBehind, setBehind] = useState(false);

  function remember() {
    const { scrollTop, scrollHeight, clientHeight } = box.current;
    const atEnd = scrollHeight - scrollTop - clientHeight <= NEAR;
    const items = [...inner.current.querySelectorAll("li")];
    const anchor = items.find((item) => item.offsetTop + item.offsetHeight > scrollTop) ?? null;
    const offset = anchor ? anchor.offsetTop - scrollTop : 0;
    reading.current = { atEnd, anchor, offset, last: items.at(-1) ?? null, height: scrollHeight };
    if (atEnd) setBehind(false);
  }

  // A scroll event can come after the thread has grown and before `keep` has run: what it shows is not what was read.
  function scrolled() {
    if (box.current.scrollHeight === reading.current.height) remember();
  }

  function keep() {
    const { atEnd, anchor, offset, last } = reading.current;
    if (atEnd) box.current.scrollTop = box.current.scrollHeight;
    else if (anchor?.isConnected) box.current.scrollTop = anchor.offsetTop - offset;
    const newest = [...inner.current.querySelectorAll("li")].at(-1) ?? null;
    if (!atEnd && last && newest !== last) setBehind(true);
    remember();
  }

  function showEnd() {
    reading.current.atEnd = true;
    keep();
  }

  useLayoutEffect(showEnd, [thread]);

  useEffect(() => {
    const sizes = new ResizeObserver(keep);
    sizes.observe(inner.current);
    sizes.observe(box.current);
    const element = box.current;
    element.addEventListener("follow", showEnd);
    return () => {
      sizes.disconnect();
      element.removeEventListener("follow", showEnd);
    };
  }, []);

  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <div
        ref={box}
        id="thread"
        role="log"
        aria-label={label}
        tabIndex={0}
        onScroll={scrolled}
        className={`relative min-h-0 flex-1 overflow-y-auto [overflow-anchor:none] focus-visible:-outline-offset-2 ${className}`}
      >
        <div ref={inner}>{children}</div>
      </div>
      {isBehind && (
        <button
          type="button"
          onClick={showEnd}
          className="absolute inset-x-0 bottom-3 mx-auto flex w-fit items-center gap-1.5 rounded-full border border-border bg-surface px-3.5 py-2 text-[13px] font-medium shadow-raised animate-rise hover:bg-muted"
        >
          <ArrowDown size={14} aria-hidden="true" />
          New messages
        </button>
      )}
    </div>
  );
}
