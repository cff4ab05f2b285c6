// Another inbox app beside the product: who holds the conversation, and what that one writes.
import { customer, state } from "/simulator/static/state.js";
import { call, find } from "/simulator/static/dom.js";

export function watchHandover() {
  find("handover").addEventListener("click", (event) => {
    if (event.target.value) attempt(call("POST", `accounts/${state.account}/handovers`, { igsid: state.customer, act: event.target.value }));
  });
  find("other-app").addEventListener("submit", async (event) => {
    event.preventDefault();
    const box = event.target.elements.namedItem("text");
    if (await attempt(call("POST", `accounts/${state.account}/other-app-messages`, { igsid: state.customer, text: box.value }))) box.value = "";
  });
}

export function drawHolder(holder) {
  const isOther = holder === "other";
  const person = customer()?.name ?? "this customer";
  find("holder").textContent = isOther ? `The other app holds the conversation with ${person}: your server hears of it in standby and cannot send.` : `Your server holds the conversation with ${person}.`;
  for (const button of find("handover").children) button.hidden = (button.value === "return") !== isOther;
  find("other-app").hidden = !isOther;
}

async function attempt(asked) {
  const problem = find("handover-done");
  problem.hidden = true;
  try {
    await asked;
    return true;
  } catch (error) {
    problem.textContent = error.message;
    problem.hidden = false;
    return false;
  }
}
