// The usual cron texts in words; nothing for the others, which the server still understands.
const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

export function inWords(text) {
  const parts = String(text ?? "").trim().split(/\s+/);
  if (parts.length !== 5) return "";
  const [minute, hour, day, month, weekday] = parts;
  const every = /^\*\/(\d+)$/.exec(minute);
  if (every && [hour, day, month, weekday].every((each) => each === "*")) return `Every ${every[1]} minutes`;
  if (!/^[0-5]?\d$/.test(minute) || month !== "*") return "";
  if (hour === "*" && day === "*" && weekday === "*") return minute === "0" ? "Every hour" : `Every hour at minute ${Number(minute)}`;
  if (!/^([01]?\d|2[0-3])$/.test(hour)) return "";
  const when = daysIn(day, weekday);
  return when && `${when} at ${hour.padStart(2, "0")}:${minute.padStart(2, "0")}`;
}

function daysIn(day, weekday) {
  if (day === "*" && weekday === "*") return "Every day";
  if (weekday === "*") return /^([1-9]|[12]\d|3[01])$/.test(day) ? `On day ${day} of each month` : "";
  if (day !== "*") return "";
  const named = weekday.split(",").map((part) => {
    const [from, to] = /^[0-7](-[0-7])?$/.test(part) ? part.split("-").map(Number) : [];
    return to === undefined ? DAYS[from] && `${DAYS[from]}s` : `${DAYS[from]} to ${DAYS[to]}`;
  });
  return named.every(Boolean) ? named.join(", ") : "";
}
