const UNREACHABLE = "InstantChat cannot be reached. Check your connection and try again.";
const UNEXPECTED = "Something went wrong on our side. Try again in a moment.";
const LIMIT_MS = 20_000;

// Calls our API: {ok, body} or {ok: false, status, code, detail, fields: [{field, message}], retryAfter}. Never throws.
export async function send(action, method, data) {
  const isForm = data instanceof FormData;
  const request = { method, credentials: "same-origin", headers: { accept: "application/json" }, signal: AbortSignal.timeout(LIMIT_MS) };
  if (method !== "GET") {
    request.body = isForm ? data : JSON.stringify(data);
    if (!isForm) request.headers["content-type"] = "application/json";
  }
  let response;
  try {
    response = await fetch(action, request);
  } catch {
    return { ok: false, status: 0, code: "unreachable", detail: UNREACHABLE, fields: [], retryAfter: 0 };
  }
  const body = await response.json().catch(() => null);
  if (response.ok) return { ok: true, body };
  return {
    ok: false,
    status: response.status,
    code: body?.code ?? "",
    detail: body?.detail ?? UNEXPECTED,
    fields: body?.errors ?? [],
    retryAfter: Number(response.headers.get("retry-after")) || 30,
  };
}

const SESSION_CHANGED = "instantchat:session-changed";

// A full load as nobody's tab: Reflex keeps page state under a token per tab, and it must not outlive the session. The
// other tabs of this browser follow.
export function startAfresh(path) {
  try {
    window.localStorage.setItem(SESSION_CHANGED, String(Date.now()));
  } catch {
    // Without storage the other tabs find out at their next event.
  }
  window.sessionStorage.removeItem("token");
  window.location.assign(path);
}

// Calls back when another tab signed in or out; answers with how to stop listening.
export function onSessionChange(callback) {
  const heard = (event) => event.key === SESSION_CHANGED && callback();
  window.addEventListener("storage", heard);
  return () => window.removeEventListener("storage", heard);
}

// `next` only within this site: one leading slash, no backslash, no scheme.
export function safePath(next) {
  return next && /^\/(?![/\\])[^\\\s]*$/.test(next) ? next : "/";
}
