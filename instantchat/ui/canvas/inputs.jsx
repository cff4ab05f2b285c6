// The controls of single values.
import { useContext, useState } from "react";
import { FormContext, useEditor } from "./context.js";
import { ChevronDown, X } from "./icons.jsx";
import { VariablePicker, useInsertion } from "./variables.jsx";

export const CONTROL =
  "w-full rounded-md border border-input bg-surface text-foreground text-base sm:text-sm placeholder:text-muted-foreground " +
  "transition-colors focus-visible:outline-2 focus-visible:outline-offset-0 focus-visible:outline-ring " +
  "focus-visible:border-ring disabled:opacity-60 disabled:bg-muted aria-invalid:border-danger";

// What every control passes on: names for screen readers, the end of an undo step when it is left, no typing for viewers.
export function useControl({ id, invalid, about, field }) {
  const editor = useEditor();
  const { readOnly } = useContext(FormContext);
  return {
    id,
    "aria-invalid": invalid || undefined,
    "aria-describedby": about,
    "aria-required": field.required || undefined,
    disabled: readOnly,
    onBlur: editor.settle,
  };
}

export function Text(props) {
  const { field, value, onChange } = props;
  const control = useControl(props);
  const insertion = useInsertion(value ?? "", onChange);
  const isLong = field.kind === "multiline";
  const Tag = isLong ? "textarea" : "input";
  const kind = isLong ? {} : { type: { url: "url", time: "time" }[field.templated ? "" : field.kind] ?? "text" };
  return (
    <div className="relative">
      <Tag
        {...control}
        {...kind}
        ref={insertion.ref}
        value={value == null ? "" : String(value)}
        spellCheck={isLong}
        autoComplete="off"
        placeholder={{ path: "message.text", url: "https://" }[field.kind]}
        onChange={(event) => onChange(event.target.value)}
        onBlur={() => {
          insertion.leave();
          control.onBlur();
        }}
        className={`${CONTROL} ${isLong ? "min-h-24 max-h-80 px-3 py-2 resize-y [field-sizing:content]" : "h-10 px-3"} ${field.templated || field.kind === "path" ? "pr-10" : ""}`}
      />
      {(field.templated || field.kind === "path") && !control.disabled && (
        <VariablePicker onPick={insertion.insert} bare={field.kind === "path"} label={field.label} />
      )}
    </div>
  );
}

// What is typed is shown as typed; what is stored is a number, or nothing.
export function Number(props) {
  const { field, value, onChange } = props;
  const control = useControl(props);
  const [typed, setTyped] = useState(null);
  const { min, max } = field.limits ?? {};
  const change = (text) => {
    setTyped(text);
    const number = text.trim() === "" ? null : globalThis.Number(text);
    if (number === null || globalThis.Number.isFinite(number)) onChange(number);
  };
  return (
    <input
      {...control}
      type="number"
      inputMode="decimal"
      step="any"
      min={min}
      max={max}
      value={typed ?? value ?? ""}
      onChange={(event) => change(event.target.value)}
      onBlur={() => {
        setTyped(null);
        control.onBlur();
      }}
      className={`${CONTROL} h-10 px-3`}
    />
  );
}

export function Select(props) {
  const { field, value, onChange } = props;
  const isKnown = field.options.some((option) => option.value === value);
  return (
    <div className="relative">
      <select {...useControl(props)} value={isKnown ? value : ""} onChange={(event) => onChange(event.target.value)} className={`${CONTROL} h-10 appearance-none pr-9 pl-3`}>
        {!isKnown && <option value="" disabled>Choose…</option>}
        {grouped(field.options).map(([group, options]) => {
          const items = options.map((option) => <option key={option.value} value={option.value}>{option.label}</option>);
          return group ? <optgroup key={group} label={group}>{items}</optgroup> : items;
        })}
      </select>
      <ChevronDown className="pointer-events-none absolute top-3 right-3 size-4 text-muted-foreground" aria-hidden />
    </div>
  );
}

// Options without a group come first.
function grouped(options) {
  const groups = new Map([["", []]]);
  for (const option of options) groups.set(option.group ?? "", [...(groups.get(option.group ?? "") ?? []), option]);
  return [...groups];
}

export function Switch(props) {
  const { field, value, onChange, id } = props;
  return (
    <label htmlFor={id} className="flex items-center justify-between gap-3 text-[13px] font-medium">
      {field.label}
      <input {...useControl(props)} type="checkbox" role="switch" checked={Boolean(value)} onChange={(event) => onChange(event.target.checked)} className="flow-switch" />
    </label>
  );
}

const PROMPTS = { keywords: "Type a keyword", media: "Paste a post's id", emojis: "Type an emoji", payloads: "Type a payload", refs: "Type a ref" };

// Words as chips: Enter or a comma ends one, Backspace in the empty input takes the last one back.
export function Keywords(props) {
  const { field, value, onChange, path } = props;
  const control = useControl(props);
  const [draft, setDraft] = useState("");
  const words = value ?? [];
  const add = (text) => {
    const fresh = text.split(/[,\n]/).map((word) => word.trim()).filter((word) => word && !words.includes(word));
    setDraft("");
    if (fresh.length) onChange([...words, ...new Set(fresh)], `${path} ${words.length}`);
  };
  const key = (event) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter") {
      event.preventDefault();
      add(draft);
    } else if (event.key === "Backspace" && !draft && words.length) {
      event.preventDefault();
      setDraft(words.at(-1));
      onChange(words.slice(0, -1), `${path} ${words.length}`);
    }
  };
  return (
    <div className={`${CONTROL} flex min-h-10 flex-wrap items-center gap-1.5 px-2 py-1.5 focus-within:border-ring focus-within:outline-2 focus-within:outline-ring`} aria-invalid={props.invalid || undefined}>
      {words.map((word, index) => (
        <span key={word} className="inline-flex max-w-full items-center gap-1 rounded-md bg-brand-soft py-0.5 pr-0.5 pl-2 text-[13px] font-medium text-brand-strong">
          <span className="truncate">{word}</span>
          <button type="button" aria-label={`Remove ${word}`} disabled={control.disabled} onClick={() => onChange(words.filter((_, each) => each !== index), `${path} ${words.length}`)} className="flex size-6 items-center justify-center rounded hover:bg-surface">
            <X className="size-3" aria-hidden />
          </button>
        </span>
      ))}
      <input
        {...control}
        data-chips
        value={draft}
        placeholder={words.length ? "" : `${PROMPTS[field.ref ?? field.name] ?? "Type a word"}, press Enter`}
        onChange={(event) => (/[,\n]/.test(event.target.value) ? add(event.target.value) : setDraft(event.target.value))}
        onKeyDown={key}
        onBlur={() => {
          add(draft);
          control.onBlur();
        }}
        className="h-6 min-w-24 flex-1 bg-transparent px-1 outline-none"
      />
    </div>
  );
}

export function Weekdays({ field, value, onChange, id }) {
  const { readOnly } = useContext(FormContext);
  const chosen = value ?? [];
  const toggle = (day) => onChange(field.options.map((each) => each.value).filter((each) => (each === day) !== chosen.includes(each)));
  return (
    <div id={id} role="group" aria-label={field.label} className="flex flex-wrap gap-1">
      {field.options.map((option) => (
        <button
          key={option.value}
          type="button"
          disabled={readOnly}
          aria-label={option.label}
          aria-pressed={chosen.includes(option.value)}
          onClick={() => toggle(option.value)}
          className="h-8 flex-1 rounded-md border border-input px-1 text-xs font-medium aria-pressed:border-brand aria-pressed:bg-brand-soft aria-pressed:text-brand-strong"
        >
          {option.label.slice(0, 2)}
        </button>
      ))}
    </div>
  );
}

// JSON when it reads as an object or array, else text.
export function Json(props) {
  const { value, onChange } = props;
  const shown = typeof value === "string" ? value : value == null ? "" : JSON.stringify(value, null, 2);
  const [typed, setTyped] = useState(null);
  const change = (text) => {
    setTyped(text);
    onChange(parsed(text));
  };
  const field = { ...props.field, kind: "multiline" };
  return <div onBlur={() => setTyped(null)}><Text {...props} field={field} value={typed ?? shown} onChange={change} /></div>;
}

function parsed(text) {
  if (!/^\s*[[{]/.test(text)) return text === "" ? null : text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
