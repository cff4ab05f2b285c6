import { useEffect, useState } from "react";

// One clock for all times on the page, so that "2 min" moves on without the server.
const listeners = new Set();
let timer = null;

function useMinute() {
  const [, tick] = useState(0);
  useEffect(() => {
    const wake = () => tick((n) => n + 1);
    listeners.add(wake);
    timer ??= setInterval(() => listeners.forEach((each) => each()), 30_000);
    return () => {
      listeners.delete(wake);
      if (listeners.size === 0) {
        clearInterval(timer);
        timer = null;
      }
    };
  }, []);
}

const time = { hour: "2-digit", minute: "2-digit" };

function worded(date, form) {
  if (form === "time") return date.toLocaleTimeString([], time);
  if (form === "full") return date.toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
  const seconds = (Date.now() - date.getTime()) / 1000;
  if (form === "until") {
    const minutes = Math.max(1, Math.ceil(-seconds / 60));
    if (minutes < 60) return `${minutes} min`;
    const hours = Math.floor(minutes / 60);
    return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  }
  if (form === "day") return dayWorded(date);
  if (seconds < 60) return "now";
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  const today = new Date();
  if (date.toDateString() === today.toDateString()) return date.toLocaleTimeString([], time);
  if (seconds < 6 * 86400) return date.toLocaleDateString([], { weekday: "short" });
  const sameYear = date.getFullYear() === today.getFullYear();
  return date.toLocaleDateString([], sameYear ? { day: "numeric", month: "short" } : { dateStyle: "medium" });
}

function dayWorded(date) {
  const today = new Date();
  const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
  if (date.toDateString() === today.toDateString()) return "Today";
  if (date.toDateString() === yesterday.toDateString()) return "Yesterday";
  const day = { weekday: "long", day: "numeric", month: "long" };
  return date.toLocaleDateString([], date.getFullYear() === today.getFullYear() ? day : { dateStyle: "long" });
}

/** The day of `at` as a separator, if the moment `before` it (empty for none) is on another day. */
export function DayBreak({ at, before, className }) {
  useMinute();
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return null;
  if (before && new Date(before).toDateString() === date.toDateString()) return null;
  return <div className={className}>{dayWorded(date)}</div>;
}

/** Its children from `since` on and before `until`; an empty bound is none. */
export function Between({ since, until, children }) {
  useMinute();
  const now = Date.now();
  if (since && now < new Date(since).getTime()) return null;
  if (until && now >= new Date(until).getTime()) return null;
  return children;
}

/** A moment in the reader's own language and time zone; `at` is RFC 3339, empty for nothing. */
export function Moment({ at, form = "short", className }) {
  useMinute();
  if (!at) return null;
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return null;
  return (
    <time dateTime={at} title={date.toLocaleString()} className={className}>
      {worded(date, form)}
    </time>
  );
}
