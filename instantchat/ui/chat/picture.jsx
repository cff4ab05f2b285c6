import { useState } from "react";

/** A picture as Instagram serves it; its address dies after a while, and then `children` stand in. */
export function Picture({ url, children }) {
  const [isGone, setGone] = useState(false);
  if (isGone) return children;
  return (
    <a href={url} target="_blank" rel="noreferrer" className="block rounded-xl">
      <img
        src={url}
        alt="Picture, opens in a new tab"
        referrerPolicy="no-referrer"
        onError={() => setGone(true)}
        className="max-h-72 min-h-12 max-w-full rounded-xl border border-border object-cover"
      />
    </a>
  );
}
