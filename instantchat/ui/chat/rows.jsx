import { useLayoutEffect, useRef } from "react";

// Where the list was scrolled to: opening the first conversation from the empty page draws the list anew.
let place = 0;

const TO = {
  ArrowDown: (at) => at + 1,
  ArrowUp: (at) => at - 1,
  Home: () => 0,
  End: (_at, count) => count - 1,
};

/** A scrolling list of links; the arrow keys, Home and End move between them. */
export function Rows({ className, children }) {
  const box = useRef(null);
  useLayoutEffect(() => {
    box.current.scrollTop = place;
  }, []);

  function move(event) {
    const links = [...box.current.querySelectorAll("li > a")];
    const at = links.indexOf(document.activeElement);
    const target = at >= 0 && links[TO[event.key]?.(at, links.length)];
    if (!target) return;
    event.preventDefault();
    target.focus();
  }

  return (
    <div ref={box} className={className} onKeyDown={move} onScroll={(event) => (place = event.currentTarget.scrollTop)}>
      {children}
    </div>
  );
}
