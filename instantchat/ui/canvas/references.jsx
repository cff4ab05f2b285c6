// Fields that refer to something of the workspace, and those with customary values: each offers what there is.
import { useMemo } from "react";
import { Combo } from "./combo.jsx";
import { useEditor, useEditorState } from "./context.js";
import { inWords } from "./cron.js";
import { useControl } from "./inputs.jsx";
import { withDefaults } from "./schema.js";
import { VariablePicker } from "./variables.jsx";

const CLOSED = {
  flow: { placeholder: "Choose a flow", empty: "There is no other flow yet." },
  member: { placeholder: "Choose a member", empty: "There is no other member yet." },
};
const PLACEHOLDERS = { tag: "vip", field: "city", variable: "size", timezone: "Europe/Madrid", cron: "0 9 * * 1" };
const TIMES = [
  ["0 9 * * *", "Every day at 09:00"], ["0 9 * * 1-5", "Monday to Friday at 09:00"], ["0 9 * * 1", "Mondays at 09:00"],
  ["30 18 * * 5", "Fridays at 18:30"], ["0 10 1 * *", "The first of each month at 10:00"], ["0 * * * *", "Every hour"],
];
const ZONES = [
  "UTC", "Africa/Cairo", "Africa/Johannesburg", "Africa/Lagos", "Africa/Nairobi", "America/Argentina/Buenos_Aires", "America/Bogota",
  "America/Chicago", "America/Denver", "America/Halifax", "America/Lima", "America/Los_Angeles", "America/Mexico_City", "America/New_York",
  "America/Santiago", "America/Sao_Paulo", "America/Toronto", "Asia/Bangkok", "Asia/Dhaka", "Asia/Dubai", "Asia/Hong_Kong", "Asia/Istanbul",
  "Asia/Jakarta", "Asia/Jerusalem", "Asia/Karachi", "Asia/Kolkata", "Asia/Manila", "Asia/Riyadh", "Asia/Seoul", "Asia/Shanghai",
  "Asia/Singapore", "Asia/Tokyo", "Australia/Perth", "Australia/Sydney", "Europe/Amsterdam", "Europe/Athens", "Europe/Berlin",
  "Europe/Dublin", "Europe/Helsinki", "Europe/Kyiv", "Europe/Lisbon", "Europe/London", "Europe/Madrid", "Europe/Paris", "Europe/Rome",
  "Europe/Stockholm", "Europe/Warsaw", "Europe/Zurich", "Pacific/Auckland", "Pacific/Honolulu",
].map((zone) => ({ value: zone, label: zone.replaceAll("_", " "), detail: "" }));
const CUSTOMARY = { cron: TIMES.map(([value, detail]) => ({ value, label: value, detail })), timezone: ZONES };

export const isReference = (field) => field.kind in CUSTOMARY || (["text", "tag", "flow", "member", "variable"].includes(field.kind) && Boolean(field.ref));

export function Reference(props) {
  const { field, value, onChange } = props;
  const control = useControl(props);
  const choices = useChoices(field);
  const closed = CLOSED[field.ref];
  const text = value == null ? "" : String(value);
  const others = { placeholder: PLACEHOLDERS[field.ref ?? field.kind], isFree: true };
  return (
    <div className="relative">
      <Combo control={control} value={text} choices={choices} onChange={onChange} {...(closed ?? others)} />
      {field.templated && !control.disabled && <VariablePicker onPick={(slot) => onChange(text + slot)} label={field.label} />}
      {field.kind === "cron" && inWords(text) && <p className="mt-1.5 text-[13px] font-medium">{inWords(text)}</p>}
    </div>
  );
}

// What the server knows, and what this draft uses.
function useChoices(field) {
  const editor = useEditor();
  const graph = useEditorState((state) => state.graph);
  const known = useEditorState((state) => state.references[field.ref]);
  const own = useEditorState((state) => state.view.id);
  return useMemo(() => {
    if (field.kind in CUSTOMARY) return CUSTOMARY[field.kind];
    const others = (known ?? []).filter((each) => each.value !== own);
    if (field.ref in CLOSED) return others;
    const names = new Set(others.map((each) => each.value));
    const fresh = namesIn(editor, graph, field.ref).filter((name) => !names.has(name));
    return [...others, ...fresh.map((name) => ({ value: name, label: name, detail: "" }))].sort((a, b) => a.label.localeCompare(b.label));
  }, [editor, graph, known, own, field]);
}

// Names that this draft's nodes give to what they refer to.
export function namesIn(editor, graph, ref) {
  const names = new Set();
  for (const node of graph.nodes) collect(editor.schema(node).fields, node.data, ref, names);
  return [...names].sort();
}

function collect(fields, data, ref, names) {
  const values = withDefaults(fields, data);
  for (const field of fields) {
    const value = values[field.name];
    if (field.ref === ref && typeof value === "string" && value.trim() && !value.includes("{{")) names.add(value.trim());
    const items = Array.isArray(value) ? value : value && typeof value === "object" ? [value] : [];
    for (const item of items) {
      if (field.variants) collect(field.variants.find((each) => each.name === item?.[field.discriminator])?.fields ?? [], item, ref, names);
      else if (field.item && typeof item === "object") collect(field.item.fields, item, ref, names);
    }
  }
}
