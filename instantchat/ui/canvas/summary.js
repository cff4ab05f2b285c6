// One line about a node for its card, from what is filled in. `references` gives names to ids, by kind.
import { inWords } from "./cron.js";
import { isShown, withDefaults } from "./schema.js";

export function summaryOf(schema, data, references = {}) {
  const values = withDefaults(schema.fields, data);
  const fields = schema.fields.filter((field) => field.name !== schema.discriminator && isShown(field, values));
  for (const [index, field] of fields.entries()) {
    if (schema.variants && field.name === "action") continue;
    const text = describe(field, values[field.name], values, references);
    if (!text) continue;
    const next = fields[index + 1];
    const isUnit = field.kind === "number" && next?.name === "unit";
    return isUnit ? `${text} ${values.unit}` : text;
  }
  return "";
}

function describe(field, value, values, references) {
  if (value === null || value === undefined || value === "") return "";
  if (field.kind === "select" || field.kind === "id" || field.kind === "switch") return "";
  if (field.kind === "number") return value === field.default ? "" : String(value);
  if (field.kind === "rules") return join(value.map((rule) => ruleText(field, rule)), values.match === "any" ? " or " : " and ");
  if (field.kind === "triggers") return join(value.map((item) => triggerText(field, item, references)), " · ");
  if (field.kind === "cron") return inWords(value) || value;
  if (references[field.ref]) return references[field.ref].find((each) => each.value === value)?.label ?? String(value);
  if (field.kind === "until") return value.time ? `Until ${value.time}` : "";
  if (field.kind === "keywords") return value.map((word) => `“${word}”`).join(", ");
  if (Array.isArray(value)) return value.length ? `${value.length} ${field.label.toLowerCase()}` : "";
  if (typeof value === "object") return "";
  return field.name === "keyword" ? `Message contains “${value}”` : readable(String(value));
}

// `{{contact.first_name|there}}` takes the room of its last word only.
const readable = (text) => text.replace(/\{\{\s*([^{}|]+?)\s*(\|[^{}]*)?\}\}/g, (_, path) => `{${path.split(".").at(-1)}}`);

function ruleText(field, rule) {
  const [subject, op, value] = field.item.fields;
  const given = withDefaults(field.item.fields, rule);
  const sign = op.options.find((each) => each.value === given[op.name])?.label ?? given[op.name];
  return given[subject.name] ? [given[subject.name], sign, given[value.name]].filter((part) => part != null).join(" ") : "";
}

function triggerText(field, item, references) {
  const variant = field.variants.find((each) => each.name === item?.[field.discriminator]);
  if (!variant) return "";
  const detail = summaryOf({ ...variant, exits: [] }, item, references);
  return detail ? `${variant.label}: ${detail}` : variant.label;
}

const join = (parts, glue) => parts.filter(Boolean).join(glue);
