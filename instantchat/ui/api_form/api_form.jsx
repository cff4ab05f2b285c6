// Forms that talk to our own API by fetch, because only the API can set the HttpOnly session cookie.
// A refusal (RFC 9457) is shown in place: each of its `errors[]` at its field, anything else above the button.
import { createContext, useContext, useEffect, useRef, useState } from "react";
import { Check, CircleAlert, Eye, EyeOff, LoaderCircle } from "lucide-react";
import { onSessionChange, send, startAfresh, safePath } from "./send.js";

const FormState = createContext({ busy: false, errors: {}, message: "", wait: 0, ready: false, fields: new Set() });

export function ApiForm({ action, method = "POST", multipart = false, goTo, goToField, resetOnDone, submitOnChange,
                          onDone, children, className, id, label }) {
  const form = useRef(null);
  const known = useRef(new Set()); // names of the fields that can show an error themselves
  const [busy, setBusy] = useState(false);
  const [errors, setErrors] = useState({});
  const [message, setMessage] = useState("");
  const [wait, setWait] = useState(0);
  const [ready, setReady] = useState(false);

  useEffect(() => setReady(true), []);
  useEffect(() => {
    if (wait <= 0) return undefined;
    const timer = setTimeout(() => {
      setWait(wait - 1);
      if (wait === 1) setMessage("");
    }, 1000);
    return () => clearTimeout(timer);
  }, [wait]);

  async function submit(event) {
    event.preventDefault();
    if (busy || wait > 0) return;
    setBusy(true);
    setErrors({});
    setMessage("");
    const data = new FormData(form.current);
    const answer = await send(action, method, multipart ? data : Object.fromEntries(data));
    if (answer.ok) {
      if (goTo || goToField) {
        leave(goToField ? answer.body[goToField] : goTo);
        return; // stays busy until the next page is here
      }
      setBusy(false);
      if (resetOnDone) form.current.reset();
      onDone?.(answer.body ?? {});
      return;
    }
    setBusy(false);
    if (submitOnChange) form.current.reset();
    showRefusal(answer);
  }

  function showRefusal({ status, retryAfter, detail, fields }) {
    const placed = fields.filter((each) => known.current.has(each.field));
    const shown = Object.fromEntries(placed.map((each) => [each.field, each.message]));
    setErrors(shown);
    if (status === 429) setWait(retryAfter);
    if (Object.keys(shown).length === 0) setMessage(fields[0]?.message ?? detail);
    form.current.elements[Object.keys(shown)[0]]?.focus();
  }

  const change = submitOnChange ? () => form.current.requestSubmit() : undefined;
  return (
    <FormState.Provider value={{ busy, errors, message, wait, ready, fields: known.current }}>
      {/* method="post": typed passwords must not end up in an address, should this be sent before the script is there */}
      <form ref={form} id={id} method="post" action={action} onSubmit={submit} onChange={change} className={className}
            aria-label={label} aria-busy={busy} noValidate={false}>
        {children}
      </form>
    </FormState.Provider>
  );
}

function leave(where) {
  const wanted = where === "?next" ? safePath(new URLSearchParams(window.location.search).get("next")) : where;
  startAfresh(wanted || "/");
}

export function ApiMessage() {
  const { message } = useContext(FormState);
  return (
    <div aria-live="assertive" className={message ? "" : "sr-only"}>
      {message && (
        <p className="flex gap-2 rounded-md bg-danger-soft px-3 py-2.5 text-sm text-danger">
          <CircleAlert size={16} className="mt-0.5 shrink-0" aria-hidden />
          <span>{message}</span>
        </p>
      )}
    </div>
  );
}

export function ApiSubmit({ children, className, busyText, disabled }) {
  const { busy, wait, ready } = useContext(FormState);
  return (
    <button type="submit" className={className} disabled={busy || wait > 0 || !ready || disabled}>
      {busy && <LoaderCircle size={16} className="animate-spin" aria-hidden />}
      {wait > 0 ? <span className="tabular-nums">Try again in {wait} s</span> : busy && busyText ? busyText : children}
    </button>
  );
}

export function ApiField({ name, label, type = "text", help, optional, rules, inputClass, ...input }) {
  const { errors, fields } = useContext(FormState);
  const [value, setValue] = useState(input.defaultValue ?? "");
  const [shown, setShown] = useState(false);
  const error = errors[name];
  useEffect(() => {
    fields.add(name);
    return () => fields.delete(name);
  }, [fields, name]);
  const described = [help && `${name}-help`, rules && `${name}-rules`, error && `${name}-error`].filter(Boolean).join(" ");
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <label htmlFor={name} className="text-sm font-medium">
        {label}
        {optional && <span className="ml-2 font-normal text-muted-foreground">optional</span>}
      </label>
      <div className="relative">
        <input id={name} name={name} type={shown ? "text" : type} className={inputClass} aria-invalid={error ? true : undefined}
               aria-describedby={described || undefined} onInput={(event) => setValue(event.target.value)}
               style={type === "password" ? { paddingRight: "2.75rem" } : undefined} {...input} />
        {type === "password" && (
          <button type="button" onClick={() => setShown(!shown)} aria-pressed={shown} aria-label="Show password"
                  aria-controls={name}
                  className="absolute right-1 top-1 flex size-8 items-center justify-center rounded-md text-muted-foreground hover:bg-muted hover:text-foreground">
            {shown ? <EyeOff size={17} aria-hidden /> : <Eye size={17} aria-hidden />}
          </button>
        )}
      </div>
      {help && <p id={`${name}-help`} className="text-[13px] text-muted-foreground">{help}</p>}
      {rules && <Rules id={`${name}-rules`} rules={rules} value={value} />}
      {error && (
        <p id={`${name}-error`} role="alert" className="flex gap-1.5 text-[13px] text-danger">
          <CircleAlert size={14} className="mt-0.5 shrink-0" aria-hidden />
          <span>{error}</span>
        </p>
      )}
    </div>
  );
}

function Rules({ id, rules, value }) {
  return (
    <ul id={id} className="flex flex-wrap gap-x-4 gap-y-1 text-[13px]">
      {rules.map(({ text, pattern }) => {
        const met = new RegExp(pattern, "su").test(value);
        return (
          <li key={text} className={`inline-flex items-center gap-1.5 ${met ? "text-success" : "text-muted-foreground"}`}>
            {met ? <Check size={14} aria-hidden /> : <span aria-hidden className="mx-1 size-1.5 rounded-full bg-current" />}
            {text}
            <span className="sr-only">{met ? "met" : "not met yet"}</span>
          </li>
        );
      })}
    </ul>
  );
}

// Another tab signed in or out: this one must not go on showing what was somebody else's.
export function FollowSession() {
  useEffect(
    () =>
      onSessionChange(() => {
        window.sessionStorage.removeItem("token");
        window.location.reload();
      }),
    [],
  );
  return null;
}

// For a menu item: ends the session and starts afresh, whatever the server answered.
export async function signOut() {
  await send("/api/auth/logout", "POST", {});
  startAfresh("/login");
}
