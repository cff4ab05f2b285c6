// Menus: what to do with a message (also by long press or right click), what to share, the account's own menu.
import { tapMenu } from "/simulator/static/thread.js";
import { account, state } from "/simulator/static/state.js";
import { call, el, find, showTrouble } from "/simulator/static/dom.js";

const EMOJIS = ["❤️", "😂", "😮", "😢", "👍", "🔥"];
const LONG_PRESS = 450;
const MARGIN = 8;

export function offerMessage(button, body, message) {
  const open = () => openMenu(button, messageChoices(message));
  button.addEventListener("click", open);
  body.addEventListener("contextmenu", (event) => { event.preventDefault(); open(); });
  let timer;
  body.addEventListener("touchstart", () => { timer = setTimeout(open, LONG_PRESS); }, { passive: true });
  for (const name of ["touchend", "touchmove", "touchcancel"]) body.addEventListener(name, () => clearTimeout(timer), { passive: true });
}

export function watchMenus() {
  find("attach").addEventListener("click", () => openMenu(find("attach"), state.isOwner ? ownerShares() : customerShares()));
  find("menu-open").addEventListener("click", () => openMenu(find("menu-open"), state.profile.menu.map(menuChoice)));
  find("menu").addEventListener("keydown", move);
  find("editing").querySelector("button").addEventListener("click", () => edit(null));
}

export function edit(message) {
  state.editing = message;
  find("editing").hidden = !message;
  find("editing").querySelector("span").textContent = "Changing your message";
  find("text").value = message?.text ?? "";
  find("text").focus();
}

function messageChoices(message) {
  const isOwn = (message.direction === "in") !== state.isOwner;
  const rows = [];
  if (!state.isOwner) {
    rows.push({ row: EMOJIS.map((emoji) => [emoji, () => react(message, message.customerReaction === emoji ? null : emoji)]) });
    if (message.customerReaction) rows.push(["Take the reaction back", () => react(message, null)]);
  }
  if (isOwn && !state.isOwner && message.text) rows.push(["Edit", () => edit(message)]);
  if (isOwn) rows.push(["Unsend", () => unsend(message)]);
  return rows.length ? rows : [["Nothing to do with this one", () => {}]];
}

const react = (message, emoji) => attempt(call("POST", `customers/${state.customer}/reactions`, { mid: message.mid, emoji }));

function unsend(message) {
  const who = state.isOwner ? `accounts/${state.account}` : `customers/${state.customer}`;
  return attempt(call("POST", `${who}/unsends`, { mid: message.mid }));
}

function customerShares() {
  const path = `customers/${state.customer}`;
  const write = (...types) => attempt(call("POST", `${path}/messages`, { accountId: state.account, attachments: types.map((type) => ({ type })) }));
  const post = state.posts.find((known) => known.kind === "FEED");
  return [
    ["A picture", () => write("image")],
    ["Two pictures", () => write("image", "image")],
    ["A voice message", () => write("audio")],
    ["A heart", () => write("like_heart")],
    ...(post ? [["The newest post", () => attempt(call("POST", `${path}/shares`, { accountId: state.account, mediaId: post.id }))]] : []),
    [`Mention @${account()?.username} in my story`, () => attempt(call("POST", `${path}/story-mentions`, { accountId: state.account }))],
    ["Come by a link ig.me?ref=...", () => refer({ text: state.messages.length ? "" : "Hello" })],
    ["Come from an ad", () => refer({ text: "Hello", ad: { title: "Summer sale" } })],
  ];
}

const ownerShares = () => [["A picture", () => attempt(call("POST", `accounts/${state.account}/messages`, { igsid: state.customer, attachments: [{ type: "image" }] }))]];

function refer(body) {
  const ref = prompt("What follows ref= in the link", "summer")?.trim();
  if (ref) attempt(call("POST", `customers/${state.customer}/referrals`, { accountId: state.account, ref, ...body }));
}

function menuChoice(line) {
  if (line.type === "web_url") return [line.title, () => window.open(line.url, "_blank", "noreferrer")];
  return [line.title, () => tapMenu(line.payload)];
}

async function attempt(doing) {
  try {
    await doing;
  } catch (problem) {
    showTrouble(problem.message);
  }
}

function openMenu(anchor, choices) {
  const menu = find("menu");
  const item = ([title, work]) => el("button", { type: "button", role: "menuitem", textContent: title, onclick: () => { menu.hidePopover(); anchor.focus(); work(); } });
  menu.replaceChildren(...choices.map((choice) => (choice.row ? el("div", { className: "menu-row" }, choice.row.map(item)) : item(choice))));
  if (!menu.matches(":popover-open")) menu.showPopover();
  const place = anchor.getBoundingClientRect();
  const size = menu.getBoundingClientRect();
  const top = place.bottom + size.height + MARGIN > innerHeight ? place.top - size.height - 4 : place.bottom + 4;
  menu.style.top = `${Math.max(MARGIN, top)}px`;
  menu.style.left = `${Math.min(Math.max(MARGIN, place.left), innerWidth - size.width - MARGIN)}px`;
  menu.querySelector("button")?.focus();
}

function move(event) {
  const items = [...find("menu").querySelectorAll("button")];
  const at = items.indexOf(document.activeElement);
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (step) {
    event.preventDefault();
    items[(at + step + items.length) % items.length].focus();
  }
}
