// The phone page: shows the thread of one customer with one account, live over server-sent events.
import { showDeliveries, noteDelivery, watchFaults } from "/simulator/static/panel.js";
import { call, el, find } from "/simulator/static/dom.js";

const TYPING_LASTS = 20000;
const chosen = new URLSearchParams(location.search);
const state = { accounts: [], customers: [], account: chosen.get("account"), customer: chosen.get("customer"), messages: [], unread: new Set(), typing: 0, loads: 0 };

start();

function start() {
  const stream = new EventSource("/simulator/api/events");
  const on = (name, work) => stream.addEventListener(name, (event) => work(JSON.parse(event.data)));
  on("hello", () => { setLive(true); reload(); });
  on("accounts", reload);
  on("customers", reload);
  on("message", receive);
  on("changed", (message) => { replace(message); drawThread(); });
  on("action", act);
  on("delivery", noteDelivery);
  stream.onerror = () => setLive(false);
  find("account").addEventListener("change", (event) => choose({ account: event.target.value }));
  find("composer").addEventListener("submit", send);
  find("add-customer").addEventListener("submit", addCustomer);
  new ResizeObserver(scrollDown).observe(find("thread")); // the notice, dots and chips take room from the thread
  watchFaults();
}

async function reload() {
  const [accounts, customers] = await Promise.all([call("GET", "accounts"), call("GET", "customers")]);
  state.accounts = accounts.data.filter((account) => account.connected);
  state.customers = customers.data;
  if (!state.accounts.some((account) => account.id === state.account)) state.account = state.accounts[0]?.id ?? null;
  if (!state.customers.some((customer) => customer.igsid === state.customer)) state.customer = state.customers[0]?.igsid ?? null;
  drawPeople();
  await Promise.all([loadThread(), showDeliveries()]);
}

async function choose(change) {
  Object.assign(state, change);
  state.unread.delete(state.customer);
  hideTyping();
  const address = new URL(location.href);
  address.searchParams.set("account", state.account);
  address.searchParams.set("customer", state.customer);
  history.replaceState(null, "", address);
  drawPeople();
  await loadThread();
  find("text").focus();
}

async function loadThread() {
  const load = ++state.loads;
  if (!state.account || !state.customer) return;
  const thread = await call("GET", `threads/${state.account}/${state.customer}`);
  if (load !== state.loads) return;
  state.messages = thread.data;
  drawThread();
}

function receive(message) {
  if (message.accountId === state.account && message.igsid === state.customer) {
    if (message.direction === "out") hideTyping();
    replace(message);
    drawThread();
  } else if (message.accountId === state.account && message.direction === "out") {
    state.unread.add(message.igsid);
    drawPeople();
  }
}

function replace(message) {
  if (message.accountId !== state.account || message.igsid !== state.customer) return;
  const place = state.messages.findIndex((known) => known.mid === message.mid);
  if (place >= 0) state.messages[place] = message;
  else state.messages.push(message);
}

function act({ accountId, igsid, action }) {
  if (accountId !== state.account || igsid !== state.customer) return;
  hideTyping();
  if (action !== "typing_on") return;
  find("typing").hidden = false;
  state.typing = setTimeout(hideTyping, TYPING_LASTS);
  scrollDown();
}

function hideTyping() {
  clearTimeout(state.typing);
  find("typing").hidden = true;
}

async function send(event) {
  event.preventDefault();
  const box = find("text");
  const text = box.value.trim();
  if (!text) return;
  box.value = "";
  try {
    await call("POST", `customers/${state.customer}/messages`, { accountId: state.account, text });
  } catch (problem) {
    if (!box.value) box.value = text;
    showTrouble(problem.message);
  }
}

async function tap(message, payload) {
  try {
    await call("POST", `customers/${state.customer}/taps`, { mid: message.mid, payload });
    find("text").focus();
  } catch (problem) {
    showTrouble(problem.message);
  }
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

function drawPeople() {
  const isEmpty = state.accounts.length === 0;
  find("empty").hidden = !isEmpty;
  find("chat").hidden = isEmpty;
  const select = find("account");
  select.disabled = isEmpty;
  select.replaceChildren(...(isEmpty ? [el("option", { textContent: "No account connected" })] : state.accounts.map((account) => el("option", { value: account.id, textContent: `@${account.username}`, selected: account.id === state.account }))));
  find("customers").replaceChildren(...state.customers.map(drawCustomer));
  const account = state.accounts.find((known) => known.id === state.account);
  if (account) {
    find("head-picture").src = account.pictureUrl;
    find("head-name").textContent = account.name;
    find("head-username").textContent = account.username;
  }
}

function drawCustomer(customer) {
  const isUnread = state.unread.has(customer.igsid);
  const button = el("button", { type: "button", onclick: () => choose({ customer: customer.igsid }) }, [
    el("img", { src: customer.pictureUrl, alt: "", width: 40, height: 40 }),
    el("span", {}, [el("strong", { textContent: customer.name }), el("small", { textContent: customer.username })]),
  ]);
  if (isUnread) button.append(el("span", { className: "unread", role: "img", ariaLabel: "New message" }));
  button.setAttribute("aria-pressed", String(customer.igsid === state.customer));
  return el("li", {}, [button]);
}

function drawThread() {
  const customer = state.customers.find((known) => known.igsid === state.customer);
  const lines = state.messages.map(drawMessage);
  if (!lines.length && customer) lines.push(el("li", { className: "start", textContent: `You are ${customer.name}. Write the first message.` }));
  find("thread").replaceChildren(...lines);
  drawChips(state.messages.at(-1));
  scrollDown();
}

function drawMessage(message, place) {
  const next = state.messages[place + 1];
  const isMine = message.direction === "in";
  const isLast = !next || next.direction !== message.direction || new Date(next.at) - new Date(message.at) > 60000;
  const line = el("li", { className: `line ${isMine ? "is-mine" : "is-theirs"}${isLast ? " is-last" : ""}` });
  for (const item of message.attachments) line.append(drawAttachment(item));
  const bubble = el("div", { className: "bubble", textContent: message.text });
  if (message.buttons.length) line.append(el("div", { className: "template" }, [bubble, ...message.buttons.map((button) => drawButton(message, button))]));
  else if (message.text) line.append(bubble);
  if (message.cards.length) line.append(el("div", { className: "cards" }, message.cards.map((card) => drawCard(message, card))));
  if (message.reaction) line.append(el("span", { className: "reaction", textContent: message.reaction === "love" ? "❤️" : message.reaction }));
  const at = new Date(message.at);
  line.append(el("time", { dateTime: message.at, title: at.toLocaleString(), textContent: at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }) }));
  return line;
}

function drawAttachment(item) {
  const url = item.payload?.url;
  if (item.type === "image" && url) return el("img", { className: "media", src: url, alt: "Picture" });
  if (item.type === "like_heart") return el("div", { className: "bubble", textContent: "❤️" });
  return el("div", { className: "bubble" }, [url ? el("a", { href: url, rel: "noreferrer", target: "_blank", textContent: item.type }) : item.type]);
}

function drawCard(message, card) {
  const lines = [el("strong", { textContent: card.title })];
  if (card.subtitle) lines.push(el("small", { textContent: card.subtitle }));
  if (card.image_url) lines.unshift(el("img", { src: card.image_url, alt: "" }));
  const url = card.default_action?.url;
  const face = url ? el("a", { className: "face", href: url, target: "_blank", rel: "noreferrer" }, lines) : el("div", { className: "face" }, lines);
  return el("div", { className: "template" }, [face, ...(card.buttons ?? []).map((button) => drawButton(message, button))]);
}

function drawButton(message, button) {
  if (button.type === "web_url") return el("a", { href: button.url, target: "_blank", rel: "noreferrer", textContent: button.title });
  return el("button", { type: "button", textContent: button.title, onclick: () => tap(message, button.payload ?? "") });
}

function drawChips(last) {
  const chips = last && last.direction === "out" ? last.quickReplies : [];
  find("chips").hidden = !chips.length;
  find("chips").replaceChildren(...chips.map((chip) => el("button", { type: "button", textContent: chip.title, onclick: () => tap(last, chip.payload ?? "") })));
}

function scrollDown() {
  const thread = find("thread");
  thread.scrollTop = thread.scrollHeight;
}

function setLive(isOn) {
  find("live").textContent = isOn ? "Live" : "Reconnecting";
  find("live").classList.toggle("is-on", isOn);
}

export function showTrouble(text) {
  find("trouble").textContent = text;
  find("trouble").hidden = !text;
}
