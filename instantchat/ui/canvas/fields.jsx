// One renderer for every form: a schema's fields, each with its label, help, limit and the issues found in it.
import { useContext, useId } from "react";
import { FormContext } from "./context.js";
import { Keywords, Json, Number, Select, Switch, Text, Weekdays } from "./inputs.jsx";
import { isReference, Reference } from "./references.jsx";
import { Group, Headers, Nested, Rows } from "./lists.jsx";
import { isShown, withDefaults } from "./schema.js";
import { IssueLine } from "./issues.jsx";

// `path` is where these values are inside the node's data, as issues name it: `quickReplies.0.`
export function Fields({ fields, values, path = "", onChange }) {
  const shown = withDefaults(fields, values);
  return (
    <>
      {fields
        .filter((field) => field.kind !== "id" && isShown(field, shown))
        .map((field) => (
          <Field
            key={field.name}
            field={field}
            path={path + field.name}
            value={shown[field.name]}
            onChange={(value, key) => onChange({ ...values, [field.name]: value }, key ?? path + field.name)}
          />
        ))}
    </>
  );
}

const BLOCKS = { list: Rows, quickReplies: Rows, buttons: Rows, rules: Rows, triggers: Rows, until: Nested, object: Nested, group: Group, headers: Headers };
const CONTROLS = { number: Number, select: Select, switch: Switch, keywords: Keywords, weekdays: Weekdays, json: Json };

function Field({ field, path, value, onChange }) {
  const id = useId();
  const { issues } = useContext(FormContext);
  const Block = BLOCKS[field.kind];
  const found = issues.filter((issue) => issue.field === path || (!Block && issue.field?.startsWith(`${path}.`)));
  const shared = { field, path, value, onChange, id, invalid: found.some((issue) => issue.severity === "error") };
  const about = [field.help && `${id}-help`, found.length && `${id}-issues`].filter(Boolean).join(" ") || undefined;
  const notes = (
    <>
      {found.length > 0 && (
        <ul id={`${id}-issues`} className="flex flex-col gap-1">
          {found.map((issue, index) => (
            <li key={index} className="flex gap-1.5 text-[13px]"><IssueLine issue={issue} /></li>
          ))}
        </ul>
      )}
    </>
  );
  if (Block) return <Block {...shared} notes={notes} />;
  if (field.kind === "switch") return <div className="flex flex-col gap-1.5"><Switch {...shared} about={about} />{notes}</div>;
  const Control = isReference(field) ? Reference : (CONTROLS[field.kind] ?? Text);
  return (
    <div className="flex min-w-0 flex-col gap-1.5" data-field={path}>
      <div className="flex items-baseline justify-between gap-2">
        <label htmlFor={id} className="text-[13px] font-medium">{field.label}</label>
        <Count field={field} value={value} />
      </div>
      <Control {...shared} about={about} />
      {field.help && <p id={`${id}-help`} className="text-[13px] text-muted-foreground">{field.help}</p>}
      {notes}
    </div>
  );
}

// How much of the limit is used, once that is worth knowing; texts that are sent in parts say in how many.
function Count({ field, value }) {
  const { maxItems, maxLength = maxItems, partBytes } = field.limits ?? {};
  const length = Array.isArray(value) || typeof value === "string" ? value.length : 0;
  const bytes = partBytes && typeof value === "string" ? new TextEncoder().encode(value).length : 0;
  if (bytes > partBytes * 0.7) {
    const parts = Math.ceil(bytes / partBytes);
    const size = `${bytes.toLocaleString()} of ${partBytes.toLocaleString()} bytes`;
    return <span className="text-xs tabular-nums text-muted-foreground">{parts > 1 ? `sent as ${parts} messages` : size}</span>;
  }
  if (!maxLength || length < maxLength * 0.8) return null;
  const isOver = length > maxLength;
  return <span className={`text-xs tabular-nums ${isOver ? "text-danger" : "text-muted-foreground"}`}>{length} / {maxLength}</span>;
}
