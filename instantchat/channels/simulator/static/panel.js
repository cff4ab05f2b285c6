// The log of webhook deliveries.
import { call, el, find } from "/simulator/static/dom.js";

const SHOWN = 30;
let deliveries = [];

export async function showDeliveries() {
  deliveries = (await call("GET", "deliveries")).data;
  draw();
}

export function noteDelivery(delivery) {
  const place = deliveries.findIndex((known) => known.id === delivery.id);
  if (place >= 0) deliveries[place] = delivery;
  else deliveries.unshift(delivery);
  deliveries.sort((one, other) => other.id - one.id).splice(SHOWN);
  draw();
}

export function watchDeliveries() {
  find("retry").addEventListener("click", () => call("POST", "deliveries/retry"));
}

function draw() {
  find("no-deliveries").hidden = deliveries.length > 0;
  find("deliveries").replaceChildren(...deliveries.slice(0, SHOWN).map(drawOne));
  const waiting = deliveries.find((delivery) => delivery.state === "pending" && delivery.attempts > 0);
  find("retry").hidden = !waiting;
  const trouble = find("trouble");
  trouble.hidden = !waiting;
  if (waiting) trouble.textContent = `Your server did not accept a webhook (${answerOf(waiting)}). It is being retried.`;
}

function drawOne(delivery) {
  const at = new Date(delivery.at * 1000).toLocaleTimeString();
  const mood = delivery.state === "delivered" ? "is-good" : delivery.state === "dropped" || delivery.attempts ? "is-bad" : "is-waiting";
  const children = [
    el("a", { href: `/simulator/api/deliveries/${delivery.id}`, target: "_blank", textContent: `${delivery.kind}, ${at}` }),
    el("span", { className: mood, textContent: delivery.attempts ? answerOf(delivery) : "waiting" }),
  ];
  if (delivery.state !== "delivered" && delivery.attempts) {
    const what = delivery.state === "dropped" ? "given up" : `tried ${delivery.attempts} times, retrying`;
    children.push(el("small", { textContent: delivery.error ? `${what}: ${delivery.error}` : what }));
  }
  return el("li", {}, children);
}

const answerOf = (delivery) => (delivery.status ? `HTTP ${delivery.status}` : "no answer");
