// The phone page: one customer and one account, seen by either of them, live over server-sent events.
import { watchFaults, watchMeta, watchTime } from "/simulator/static/faults.js";
import { drawHolder, watchHandover } from "/simulator/static/handover.js";
import { edit, watchMenus } from "/simulator/static/menus.js";
import { noteDelivery, showDeliveries, watchDeliveries } from "/simulator/static/panel.js";
import { drawPeople, loadRelation, watchPeople } from "/simulator/static/people.js";
import { drawPosts, dropComment, loadPosts, noteComment } from "/simulator/static/posts.js";
import { drawThread, drawWindow, scrollDown } from "/simulator/static/thread.js";
import { account, customer, remember, state } from "/simulator/static/state.js";
import { call, find, setPressed, showTrouble } from "/simulator/static/dom.js";

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
  on("handover", ({ accountId, igsid, holder }) => { if (accountId === state.account && igsid === state.customer) drawHolder(holder); });
  on("delivery", noteDelivery);
  stream.onerror = () => setLive(false);
  find("account").addEventListener("change", (event) => choose({ account: event.target.value }));
  find("composer").addEventListener("submit", send);
  find("as-customer").addEventListener("click", () => choose({ isOwner: false }));
  find("as-owner").addEventListener("click", () => choose({ isOwner: true }));
  find("show-chat").addEventListener("click", () => showPosts(false));
  find("show-posts").addEventListener("click", () => showPosts(true));
  new ResizeObserver(scrollDown).observe(find("thread")); // the notice, dots and chips take room from the thread
  watchPeople(choose);
  watchDeliveries();
  watchMenus();
  watchFaults();
  watchTime(reload);
  watchMeta(reload);
  watchHandover();
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
  drawHolder(thread.holder);
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

function showPosts(isShown) {
  find("posts").hidden = !isShown;
  find("talk").hidden = isShown;
  setPressed("show-posts", isShown);
  setPressed("show-chat", !isShown);
  if (isShown) loadPosts();
  else scrollDown();
}

function setLive(isOn) {
  find("live").textContent = isOn ? "Live" : "Reconnecting";
  find("live").classList.toggle("is-on", isOn);
}
