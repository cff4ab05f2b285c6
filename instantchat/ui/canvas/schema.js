// Reading the form schemas the server describes its nodes with (`GET /api/nodes`): nothing here names a node type.

// By wire name. Help is written for Markdown; here it is text.
export const readSchemas = (schemas) => new Map(schemas.map((schema) => [schema.type, plain(schema)]));

function plain(schema) {
  const nested = Object.fromEntries(
    ["fields", "variants"].filter((key) => schema[key]).map((key) => [key, schema[key].map(plain)]),
  );
  return { ...schema, ...nested, help: schema.help?.replaceAll("`", "") ?? "" };
}

// The schema of a node as it is filled in: for a type with variants, the chosen one's label, icon, fields and exits.
export function schemaOf(schemas, kind, data) {
  const schema = schemas.get(kind);
  if (!schema) return { type: kind, label: kind, icon: "circle", group: "Other", help: "", fields: [], exits: [], unknown: true };
  if (!schema.discriminator) return schema;
  const variant = schema.variants.find((each) => each.name === data?.[schema.discriminator]);
  const choice = choiceField(schema);
  if (!variant) return { ...schema, fields: [choice, ...schema.fields] };
  return { ...variant, type: kind, fields: [choice, ...variant.fields] };
}

export function exitsOf(schema, data) {
  return schema.exits.flatMap((exit) => {
    if (!exit.fromField) return [exit];
    return itemsAt(exit.fromField.split("."), schema.fields, data)
      .filter((item) => item[exit.id] && Object.entries(exit.where ?? {}).every(([key, value]) => item[key] === value))
      .map((item, index, items) => ({ id: String(item[exit.id]), label: labelOf(exit, item, index, items), isChoice: true }));
  });
}

// With a share, the part of the sum is said, and an item without a label has a letter.
function labelOf(exit, item, index, items) {
  if (!exit.share) return item[exit.label] || "Untitled";
  const share = (each) => Number(each[exit.share]) || 0;
  const total = items.reduce((sum, each) => sum + share(each), 0);
  const percent = Math.round((100 * share(item)) / (total || 1));
  return `${item[exit.label] || String.fromCharCode(65 + index)} ${percent} %`;
}

// The items of a list field, with their defaults; `["cards", "buttons"]` are the buttons of all cards.
function itemsAt([name, ...rest], fields, data) {
  const inner = fields.find((each) => each.name === name)?.item?.fields ?? [];
  const items = (Array.isArray(data?.[name]) ? data[name] : []).map((item) => withDefaults(inner, item));
  return rest.length ? items.flatMap((item) => itemsAt(rest, inner, item)) : items;
}

export const hasInput = (schema) => schema.exits.length > 0 && !schema.fields.some((field) => field.kind === "triggers");

// As on the server, null means absent.
export function withDefaults(fields, data) {
  const defaults = Object.fromEntries(fields.map((field) => [field.name, field.default]));
  const given = Object.fromEntries(Object.entries(data ?? {}).filter(([, value]) => value !== null));
  return { ...defaults, ...given };
}

export function isShown(field, values) {
  return Object.entries(field.show ?? {}).every(([name, wanted]) => wanted.includes(values[name]));
}

// What a palette offers: a type with variants is offered variant by variant.
export function paletteOf(schemas) {
  const groups = new Map();
  for (const schema of schemas.values()) {
    const items = schema.discriminator
      ? schema.variants.map((each) => ({ ...each, type: schema.type, data: { [schema.discriminator]: each.name } }))
      : [{ ...schema, data: startingData(schema) }];
    groups.set(schema.group, [...(groups.get(schema.group) ?? []), ...items]);
  }
  return [...groups];
}

// A new item of a list field, under an id of its own when it has one.
export function newItem(field, node) {
  if (field.variants) {
    const usual = node?.examples?.[0]?.[field.name]?.[0]?.[field.discriminator];
    const variant = field.variants.find((each) => each.name === usual) ?? field.variants[0];
    return variantItem(field, variant);
  }
  const id = (field.item?.fields ?? []).find((each) => each.kind === "id");
  return id ? { [id.name]: newId(field.kind === "buttons" ? "btn" : "opt") } : {};
}

export const variantItem = (field, variant) => ({ [field.discriminator]: variant.name });

export function newId(prefix) {
  const bytes = crypto.getRandomValues(new Uint8Array(10));
  return `${prefix}_${[...bytes].map((byte) => (byte % 36).toString(36)).join("")}`;
}

export function singular(label) {
  const word = label.replace(/ies$/, "y");
  return word === label ? label.replace(/([^s])s$/, "$1") : word;
}

function startingData(schema) {
  const field = schema.fields.find((each) => each.kind === "triggers");
  return field ? { [field.name]: [newItem(field, schema)] } : {};
}

function choiceField(schema) {
  const options = schema.variants.map((each) => ({ value: each.name, label: each.label }));
  return { name: schema.discriminator, label: schema.label, help: "", kind: "select", required: true, options, limits: {}, default: "" };
}
