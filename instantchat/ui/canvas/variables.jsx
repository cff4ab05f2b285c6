// What a text can say about the contact and the run: a menu beside the field that writes it where the cursor is.
import { useRef } from "react";
import { useEditor } from "./context.js";
import { DropMenu, MenuItem, MenuLabel } from "./controls.jsx";
import { Braces } from "./icons.jsx";
import { namesIn } from "./references.jsx";

const KNOWN = [
  ["Contact", [["contact.first_name", "First name"], ["contact.name", "Full name"], ["contact.username", "Username"], ["contact.tags", "Tags"]]],
  ["Message", [["message.text", "What they wrote"]]],
];
const FALLBACKS = { "contact.first_name": "there" };

export function VariablePicker({ onPick, bare, label }) {
  const editor = useEditor();
  const own = variablesIn(editor);
  const groups = own.length ? [...KNOWN, ["Set in this flow", own]] : KNOWN;
  const trigger = (
    <button type="button" aria-label={`Insert a variable into ${label}`} className="absolute top-1 right-1 flex size-8 items-center justify-center rounded-md text-muted-foreground hover:bg-muted hover:text-foreground">
      <Braces className="size-4" aria-hidden />
    </button>
  );
  return (
    <DropMenu trigger={trigger} className="w-64" onCloseAutoFocus={(event) => event.preventDefault()}>
      {groups.map(([title, paths]) => (
        <div key={title}>
          <MenuLabel>{title}</MenuLabel>
          {paths.map(([path, name]) => (
            <MenuItem key={path} className="justify-between" onSelect={() => onPick(bare ? path : slot(path))}>
              <span className="truncate">{name}</span>
              <span className="truncate font-mono text-xs leading-5 text-muted-foreground">{path}</span>
            </MenuItem>
          ))}
        </div>
      ))}
    </DropMenu>
  );
}

// Writes where the cursor was, and puts it behind what was written. A bare path takes the place of the whole value.
export function useInsertion(value, onChange) {
  const ref = useRef(null);
  const cursor = useRef(null);
  const leave = () => (cursor.current = [ref.current.selectionStart, ref.current.selectionEnd]);
  const insert = (text) => {
    const isPath = !text.startsWith("{{");
    const [start, end] = isPath ? [0, value.length] : (cursor.current ?? [value.length, value.length]);
    cursor.current = null;
    onChange(value.slice(0, start) + text + value.slice(end));
    setTimeout(() => {
      ref.current?.focus();
      ref.current?.setSelectionRange?.(start + text.length, start + text.length);
    });
  };
  return { ref, insert, leave };
}

// What nodes of this flow keep: answers, and the last response of an API.
function variablesIn(editor) {
  const { graph } = editor.state;
  const names = namesIn(editor, graph, "variable");
  const hasResponse = graph.nodes.some((node) => editor.schema(node).fields.some((field) => field.name === "saveAs"));
  const response = hasResponse ? [["response.status", "Status of the answer"], ["response.body", "The answer"]] : [];
  return [...names.map((name) => [name, name]), ...response];
}

const slot = (path) => (FALLBACKS[path] ? `{{${path}|${FALLBACKS[path]}}}` : `{{${path}}}`);
