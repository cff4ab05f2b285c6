// A field with a list to choose from: type to filter, arrow keys and Enter to choose. `isFree`: what is typed counts too.
import { useEffect, useId, useRef, useState } from "react";
import { ChevronDown } from "./icons.jsx";
import { CONTROL } from "./inputs.jsx";

const SHOWN = 50;

export function Combo({ control, value, choices, isFree, placeholder, empty, onChange, className = "" }) {
  const list = useId();
  const [typed, setTyped] = useState(null);
  const [active, setActive] = useState(-1);
  const offered = useRef(null);
  const isOpen = typed !== null;
  const chosen = choiceFor(choices, value, isFree);
  const found = isOpen ? filtered(choices, typed.isFilter ? typed.text : "").slice(0, SHOWN) : [];
  useEffect(() => {
    if (isOpen) showItself(offered.current);
  }, [isOpen]);
  const open = () => !control.disabled && setTyped({ text: isFree ? value : (chosen?.label ?? value), isFilter: false });
  const close = () => {
    setTyped(null);
    setActive(-1);
  };
  const pick = (choice) => {
    onChange(choice.value);
    close();
  };
  const type = (text) => {
    setTyped({ text, isFilter: true });
    setActive(isFree ? -1 : 0);
    if (isFree) onChange(text);
    else if (!text) onChange("");
  };
  const key = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (!isOpen) open();
      else setActive(found.length ? (active + step + found.length) % found.length : -1);
    } else if (event.key === "Enter" && isOpen) {
      event.preventDefault();
      if (found[active]) pick(found[active]);
      else close();
    } else if (event.key === "Escape" && isOpen) {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  };
  return (
    <div className="relative">
      <input
        {...control}
        type="text"
        role="combobox"
        aria-expanded={isOpen}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={found[active] ? `${list}-${active}` : undefined}
        autoComplete="off"
        spellCheck={false}
        placeholder={placeholder}
        value={typed ? typed.text : (chosen?.label ?? value)}
        onFocus={(event) => {
          open();
          if (!isFree) event.target.select();
        }}
        onClick={() => !isOpen && open()}
        onChange={(event) => type(event.target.value)}
        onKeyDown={key}
        onBlur={() => {
          close();
          control.onBlur?.();
        }}
        className={`${CONTROL} h-10 truncate pl-3 ${isFree ? "pr-10" : "pr-9"} ${className}`}
      />
      {!isFree && <ChevronDown className="pointer-events-none absolute top-3 right-3 size-4 text-muted-foreground" aria-hidden />}
      <ul ref={offered} id={list} role="listbox" className="flow-choices" hidden={!isOpen || (!found.length && isFree)} onPointerDown={(event) => event.preventDefault()}>
        {found.map((choice, index) => (
          <li
            key={choice.value}
            id={`${list}-${index}`}
            role="option"
            aria-selected={choice.value === value}
            data-active={index === active}
            ref={index === active ? showItself : null}
            onClick={() => pick(choice)}
            className="flow-choice"
          >
            <span className="min-w-0 flex-1 truncate">{choice.label}</span>
            {choice.detail && <span className="max-w-[60%] truncate text-xs text-muted-foreground">{choice.detail}</span>}
          </li>
        ))}
        {isOpen && !found.length && !isFree && <li role="option" aria-selected="false" aria-disabled="true" className="px-2.5 py-2 text-[13px] text-muted-foreground">{choices.length ? "Nothing fits." : empty}</li>}
      </ul>
    </div>
  );
}

function showItself(element) {
  element?.scrollIntoView({ block: "nearest" });
}

// A reference may be written by name too (a flow) or by e-mail address (a member).
function choiceFor(choices, value, isFree) {
  if (isFree || !value) return undefined;
  const same = (text) => text.toLowerCase() === value.toLowerCase();
  return choices.find((each) => each.value === value) ?? choices.find((each) => same(each.label) || same(each.detail));
}

function filtered(choices, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return choices.filter((each) => words.every((word) => `${each.label} ${each.detail}`.toLowerCase().includes(word)));
}
