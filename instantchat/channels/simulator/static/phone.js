// The phone page: one customer and one account, seen by either of them, live over server-sent events.
import { drawMeta, watchFaults, watchMeta, watchTime } from "/simulator/static/faults.js";
import { edit, watchMenus } from "/simulator/static/menus.js";
import { noteDelivery, showDeliveries, watchDeliveries } from "/simulator/static/panel.js";
import { drawPosts, dropComment, loadPosts, noteComment } from "/simulator/static/posts.js";
import { drawThread, drawWindow, scrollDown } from "/simulator/static/thread.js";
import { account, customer, remember, state } from "/simulator/static/state.js";
import { call, el, find, showTrouble } from "/simulator/static/dom.js";

const TYPING_LASTS = 20000;
let typing = 0;
let loads = 0;

start();

function start() {
  const stream = new EventSource("/simulator/api/events");
  const on = (name, work) => stream.addEventListener(name, (event) => work(JSON.parse(event.data)));
  on("hello", () => { setLive(true); reload(); });
  on("accounts", reload);
  on("customers", reload);
  on("message", receive);
  on("changed", (message) => { replace(message); drawThread(); });
  on("comment", noteComment);
  on("comment_deleted", dropComment);
  on("post", loadPosts);
  on("profile", loadProfile);
  on("postback", loadWindow);
  on("action", act);
  on("delivery", noteDelivery);
  stream.onerror = () => setLive(false);
  find("account").addEventListener("change", (event) => choose({ account: event.target.value }));
  find("composer").addEventListener("submit", send);
  find("add-customer").addEventListener("submit", addCustomer);
  find("relation").addEventListener("change", setRelation);
  find("as-customer").addEventListener("click", () => choose({ isOwner: false }));
  find("as-owner").addEventListener("click", () => choose({ isOwner: true }));
  find("show-chat").addEventListener("click", () => showPosts(false));
  find("show-posts").addEventListener("click", () => showPosts(true));
  new ResizeObserver(scrollDown).observe(find("thread")); // the notice, dots and chips take room from the thread
  watchDeliveries();
  watchMenus();
  watchFaults();
  watchTime(reload);
  watchMeta(reload);
}

async function reload() {
  const [accounts, customers] = await Promise.all([call("GET", "accounts"), call("GET", "customers")]);
  state.accounts = accounts.data.filter((known) => known.connected);
  state.customers = customers.data;
  if (!account()) state.account = state.accounts[0]?.id ?? null;
  if (!customer()) state.customer = state.customers[0]?.igsid ?? null;
  drawPeople();
  await Promise.all([loadThread(), loadPosts(), loadProfile(), loadRelation(), showDeliveries()]);
}

async function choose(change) {
  const isOther = change.account !== undefined && change.account !== state.account;
  Object.assign(state, change);
  state.unread.delete(state.customer);
  hideTyping();
  if (state.editing) edit(null);
  remember();
  drawPeople();
  await Promise.all([loadThread(), loadRelation(), isOther ? Promise.all([loadPosts(), loadProfile()]) : drawPosts()]);
  if (find("posts").hidden) find("text").focus();
}

async function loadThread() {
  const load = ++loads;
  if (!state.account || !state.customer) return;
  const thread = await call("GET", `threads/${state.account}/${state.customer}`);
  if (load !== loads) return;
  state.messages = thread.data;
  state.windowEnds = thread.windowExpiresAt;
  drawThread();
}

// What the customer did may have moved the window; the messages shown are newer than any answer.
async function loadWindow() {
  const { account: id, customer: igsid } = state;
  const { windowExpiresAt } = await call("GET", `threads/${id}/${igsid}`);
  if (id === state.account && igsid === state.customer) state.windowEnds = windowExpiresAt;
  drawWindow();
}

async function loadProfile() {
  if (!state.account) return;
  state.profile = await call("GET", `accounts/${state.account}/profile`);
  find("menu-open").hidden = state.isOwner || !state.profile.menu.length;
  drawThread();
}

async function loadRelation() {
  if (!state.account || !state.customer) return;
  const relation = await call("GET", `customers/${state.customer}/relations/${state.account}`);
  for (const box of find("relation").querySelectorAll("input")) box.checked = relation[box.name];
}

async function setRelation(event) {
  await call("PUT", `customers/${state.customer}/relations/${state.account}`, { [event.target.name]: event.target.checked });
  showTrouble("");
}

function receive(message) {
  const isHere = message.accountId === state.account && message.igsid === state.customer;
  if (isHere) {
    if (message.direction === "out") hideTyping();
    replace(message);
    drawThread();
    if (message.direction === "in") loadWindow();
  } else if (message.accountId === state.account && (message.direction === "out") !== state.isOwner) {
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
  if (action !== "typing_on" || state.isOwner) return;
  find("typing").hidden = false;
  typing = setTimeout(hideTyping, TYPING_LASTS);
  scrollDown();
}

function hideTyping() {
  clearTimeout(typing);
  find("typing").hidden = true;
}

async function send(event) {
  event.preventDefault();
  const box = find("text");
  const text = box.value.trim();
  const editing = state.editing;
  if (!text) return;
  if (editing) edit(null);
  box.value = "";
  try {
    if (editing) await call("POST", `customers/${state.customer}/edits`, { mid: editing.mid, text });
    else if (state.isOwner) await call("POST", `accounts/${state.account}/messages`, { igsid: state.customer, text });
    else await call("POST", `customers/${state.customer}/messages`, { accountId: state.account, text });
  } catch (problem) {
    if (!box.value) box.value = text;
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

function showPosts(isShown) {
  find("posts").hidden = !isShown;
  find("talk").hidden = isShown;
  press("show-posts", isShown);
  press("show-chat", !isShown);
  if (isShown) loadPosts();
  else scrollDown();
}

function drawPeople() {
  const isEmpty = state.accounts.length === 0;
  find("empty").hidden = !isEmpty;
  find("chat").hidden = isEmpty;
  find("relation").hidden = isEmpty;
  const select = find("account");
  select.disabled = isEmpty;
  select.replaceChildren(...(isEmpty ? [el("option", { textContent: "No account connected" })] : state.accounts.map((known) => el("option", { value: known.id, textContent: `@${known.username}`, selected: known.id === state.account }))));
  find("customers").replaceChildren(...state.customers.map(drawCustomer));
  press("as-owner", state.isOwner);
  press("as-customer", !state.isOwner);
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

const press = (id, isPressed) => find(id).setAttribute("aria-pressed", String(isPressed));

function setLive(isOn) {
  find("live").textContent = isOn ? "Live" : "Reconnecting";
  find("live").classList.toggle("is-on", isOn);
}
