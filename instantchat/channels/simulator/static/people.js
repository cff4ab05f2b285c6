// Who plays: the accounts, the customers, and what the chosen two are to each other.
import { drawMeta } from "/simulator/static/faults.js";
import { account, customer, state } from "/simulator/static/state.js";
import { call, el, find, setPressed, showTrouble } from "/simulator/static/dom.js";

let choose = () => {};

export function watchPeople(chooser) {
  choose = chooser;
  find("add-customer").addEventListener("submit", addCustomer);
  find("relation").addEventListener("change", setRelation);
}

export function drawPeople() {
  const isEmpty = state.accounts.length === 0;
  find("empty").hidden = !isEmpty;
  find("chat").hidden = isEmpty;
  find("relation").hidden = isEmpty;
  const select = find("account");
  select.disabled = isEmpty;
  select.replaceChildren(...(isEmpty ? [el("option", { textContent: "No account connected" })] : state.accounts.map((known) => el("option", { value: known.id, textContent: `@${known.username}`, selected: known.id === state.account }))));
  find("customers").replaceChildren(...state.customers.map(drawCustomer));
  setPressed("as-owner", state.isOwner);
  setPressed("as-customer", !state.isOwner);
  find("customers-title").textContent = state.isOwner ? "Write to" : "Write as";
  const shown = state.isOwner ? customer() : account();
  if (shown) {
    find("head-picture").src = shown.pictureUrl;
    find("head-name").textContent = shown.name;
    find("head-username").textContent = shown.username;
  }
  find("menu-open").hidden = state.isOwner || !state.profile.menu.length;
  drawMeta();
}

function drawCustomer(person) {
  const isUnread = state.unread.has(person.igsid);
  const button = el("button", { type: "button", onclick: () => choose({ customer: person.igsid }) }, [
    el("img", { src: person.pictureUrl, alt: "", width: 40, height: 40 }),
    el("span", {}, [el("strong", { textContent: person.name }), el("small", { textContent: person.username })]),
  ]);
  if (isUnread) button.append(el("span", { className: "unread", role: "img", ariaLabel: "New message" }));
  button.setAttribute("aria-pressed", String(person.igsid === state.customer));
  return el("li", {}, [button]);
}

export async function loadRelation() {
  if (!state.account || !state.customer) return;
  const relation = await call("GET", `customers/${state.customer}/relations/${state.account}`);
  for (const box of find("relation").querySelectorAll("input")) box.checked = relation[box.name];
}

async function setRelation(event) {
  await call("PUT", `customers/${state.customer}/relations/${state.account}`, { [event.target.name]: event.target.checked });
  showTrouble("");
}

async function addCustomer(event) {
  event.preventDefault();
  const form = event.target;
  const problem = find("add-problem");
  try {
    const added = await call("POST", "customers", { name: form.elements.namedItem("name").value, username: form.elements.username.value });
    problem.hidden = true;
    form.reset();
    find("add").open = false;
    if (!state.customers.some((known) => known.igsid === added.igsid)) state.customers.unshift(added);
    await choose({ customer: added.igsid });
  } catch (error) {
    problem.textContent = error.message;
    problem.hidden = false;
  }
}
