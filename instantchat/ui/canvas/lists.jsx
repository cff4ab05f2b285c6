// The controls of lists and groups: rows of fields, rows that have kinds, header lines, a group that can be off.
import { useContext } from "react";
import { FormContext } from "./context.js";
import { Button } from "./controls.jsx";
import { Fields } from "./fields.jsx";
import { ChevronDown, ChevronUp, Plus, Trash } from "./icons.jsx";
import { CONTROL, Select } from "./inputs.jsx";
import { newItem, singular } from "./schema.js";

export function Rows({ field, path, value, onChange, notes }) {
  const { node, readOnly } = useContext(FormContext);
  const items = value ?? [];
  const one = singular(field.label);
  const isFull = items.length >= (field.limits?.maxItems ?? Infinity);
  const put = (index, item, key) => onChange(items.map((each, at) => (at === index ? item : each)), key);
  const swap = (index, other) => {
    const moved = [...items];
    [moved[index], moved[other]] = [moved[other], moved[index]];
    onChange(moved, `${path} order`);
  };
  return (
    <fieldset className="flex min-w-0 flex-col gap-2" data-field={path} disabled={readOnly}>
      <Legend field={field} count={items.length} />
      {items.map((item, index) => (
        <div key={item.id ?? index} role="group" aria-label={`${one} ${index + 1}`} className="flow-row">
          <div className="flex items-center justify-between">
            <span className="text-xs font-medium text-muted-foreground">{one} {index + 1}</span>
            <span className="flex">
              <RowButton label={`Move ${one} ${index + 1} up`} disabled={index === 0} onClick={() => swap(index, index - 1)}><ChevronUp /></RowButton>
              <RowButton label={`Move ${one} ${index + 1} down`} disabled={index === items.length - 1} onClick={() => swap(index, index + 1)}><ChevronDown /></RowButton>
              <RowButton label={`Remove ${one} ${index + 1}`} onClick={() => onChange(items.filter((_, at) => at !== index), `${path} remove`)}><Trash /></RowButton>
            </span>
          </div>
          <RowFields field={field} path={`${path}.${index}.`} item={item} onChange={(next, key) => put(index, next, key)} />
        </div>
      ))}
      {notes}
      <Button size="sm" disabled={isFull} onClick={() => onChange([...items, newItem(field, node)], `${path} add ${items.length}`)} className="self-start">
        <Plus className="size-3.5" aria-hidden /> Add {one.toLowerCase()}
      </Button>
    </fieldset>
  );
}

// A row whose kind decides its fields (triggers) asks for the kind first.
function RowFields({ field, path, item, onChange }) {
  if (!field.variants) return <Fields fields={field.item?.fields ?? []} values={item} path={path} onChange={onChange} />;
  const variant = field.variants.find((each) => each.name === item[field.discriminator]);
  const options = field.variants.map((each) => ({ value: each.name, label: each.label, group: each.group }));
  const choose = (name) => onChange({ ...item, [field.discriminator]: name }, `${path} kind`);
  return (
    <>
      <div className="flex flex-col gap-1.5">
        <Select field={{ options, label: "Kind" }} value={item[field.discriminator]} onChange={choose} id={`${path}kind`} />
        {variant && <p className="text-[13px] text-muted-foreground">{variant.help}</p>}
      </div>
      {variant && <Fields fields={variant.fields} values={item} path={path} onChange={onChange} />}
    </>
  );
}

export function Nested({ field, path, value, onChange, notes }) {
  const { readOnly } = useContext(FormContext);
  const isOn = value !== null && value !== undefined;
  return (
    <fieldset className="flex min-w-0 flex-col gap-2" data-field={path} disabled={readOnly}>
      <label className="flex items-center justify-between gap-3 text-[13px] font-medium">
        {field.label}
        <input type="checkbox" role="switch" checked={isOn} onChange={() => onChange(isOn ? null : {}, `${path} on`)} className="flow-switch" />
      </label>
      {field.help && <p className="text-[13px] text-muted-foreground">{field.help}</p>}
      {isOn && <div className="flow-row"><Fields fields={field.item?.fields ?? []} values={value} path={`${path}.`} onChange={onChange} /></div>}
      {notes}
    </fieldset>
  );
}

// A group that is always there.
export function Group({ field, path, value, onChange, notes }) {
  const { readOnly } = useContext(FormContext);
  return (
    <fieldset className="flex min-w-0 flex-col gap-2" data-field={path} disabled={readOnly}>
      <Legend field={field} count={0} />
      <div className="flow-row"><Fields fields={field.item.fields} values={value ?? {}} path={`${path}.`} onChange={onChange} /></div>
      {notes}
    </fieldset>
  );
}

// Names and values. An object cannot hold two lines without a name, so a new line has one to be replaced.
export function Headers({ field, path, value, onChange, notes }) {
  const { readOnly } = useContext(FormContext);
  const lines = Object.entries(value ?? {});
  const write = (changed, key) => onChange(Object.fromEntries(changed), key);
  const put = (index, line) => write(lines.map((each, at) => (at === index ? line : each)), `${path} ${index}`);
  return (
    <fieldset className="flex min-w-0 flex-col gap-2" data-field={path} disabled={readOnly}>
      <Legend field={field} count={lines.length} />
      {lines.map(([name, text], index) => (
        <div key={index} className="flex items-center gap-1.5">
          <input aria-label={`Header ${index + 1} name`} value={name} onChange={(event) => put(index, [event.target.value, text])} className={`${CONTROL} h-9 px-2`} />
          <input aria-label={`Header ${index + 1} value`} value={text} onChange={(event) => put(index, [name, event.target.value])} className={`${CONTROL} h-9 px-2`} />
          <RowButton label={`Remove header ${index + 1}`} onClick={() => write(lines.filter((_, at) => at !== index), `${path} remove`)}><Trash /></RowButton>
        </div>
      ))}
      {notes}
      <Button size="sm" className="self-start" onClick={() => write([...lines, [freeName(value ?? {}), ""]], `${path} add`)}>
        <Plus className="size-3.5" aria-hidden /> Add header
      </Button>
    </fieldset>
  );
}

function Legend({ field, count }) {
  return (
    <div>
      <legend className="contents text-[13px] font-medium">{field.label}{count >= (field.limits?.maxItems ?? Infinity) ? ` (${count}, the most there can be)` : ""}</legend>
      {field.help && <p className="text-[13px] text-muted-foreground">{field.help}</p>}
    </div>
  );
}

function RowButton({ label, children, ...rest }) {
  return (
    <button type="button" aria-label={label} title={label} className="flex size-8 shrink-0 items-center justify-center rounded-md text-muted-foreground hover:bg-muted hover:text-foreground disabled:opacity-30 [&_svg]:size-4" {...rest}>
      {children}
    </button>
  );
}

function freeName(headers) {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? "X-Header" : `X-Header-${number}`;
    if (!(name in headers)) return name;
  }
}
