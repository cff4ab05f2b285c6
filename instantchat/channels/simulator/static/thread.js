// Draws the conversation.
import { offerMessage } from "/simulator/static/menus.js";
import { account, customer, now, state } from "/simulator/static/state.js";
import { call, el, find, showTrouble } from "/simulator/static/dom.js";

export function drawThread() {
  const person = customer();
  const lines = state.messages.map(drawMessage);
  if (!lines.length && person) {
    const text = state.isOwner ? `You are ${account()?.name}, writing to ${person.name}.` : `You are ${person.name}. Write the first message.`;
    lines.push(el("li", { className: "start", textContent: text }));
  }
  find("thread").replaceChildren(...lines);
  drawChips(state.messages.at(-1));
  drawWindow();
  scrollDown();
}

export function scrollDown() {
  const thread = find("thread");
  thread.scrollTop = thread.scrollHeight;
}

function drawMessage(message, place) {
  const next = state.messages[place + 1];
  const isMine = (message.direction === "in") !== state.isOwner;
  const isLast = !next || next.direction !== message.direction || new Date(next.at) - new Date(message.at) > 60000;
  const line = el("li", { className: `line ${isMine ? "is-mine" : "is-theirs"}${isLast ? " is-last" : ""}` });
  line.append(...drawOrigin(message));
  const body = el("div", { className: "said" }, [el("div", { className: "said-what" }, drawContent(message))]);
  if (!message.unsent) {
    const more = el("button", { type: "button", className: "more", textContent: "⋯", ariaLabel: `React or more: ${message.text || "message"}`, ariaHasPopup: "menu" });
    offerMessage(more, body, message);
    body.append(more);
  }
  line.append(body);
  const reactions = [message.reaction, message.customerReaction].filter(Boolean).map((emoji) => (emoji === "love" ? "❤️" : emoji));
  if (reactions.length) line.append(el("span", { className: "reaction", textContent: reactions.join(" ") }));
  const at = new Date(message.at);
  const notes = [at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })];
  if (message.edits) notes.push("edited");
  if (message.via === "phone") notes.push("from the owner's phone");
  if (message.via === "other_app") notes.push("from another app");
  line.append(el("time", { dateTime: message.at, title: at.toLocaleString(), textContent: notes.join(" · ") }));
  return line;
}

function drawOrigin(message) {
  if (message.comment) return [el("small", { className: "origin", textContent: `Private reply to the comment “${message.comment.text}”` })];
  if (message.replyTo?.story) return [el("small", { className: "origin", textContent: "Reply to a story" }), picture("story-small", message.replyTo.story.url, "The story")];
  const first = message.attachments[0]?.type;
  if (first === "story_mention") return [el("small", { className: "origin", textContent: "Mentioned the account in a story" })];
  return [];
}

function drawContent(message) {
  if (message.unsent) return [el("div", { className: "bubble is-gone", textContent: "Message unsent" })];
  const parts = message.attachments.map(drawAttachment);
  const bubble = el("div", { className: "bubble", textContent: message.text });
  if (message.buttons.length) parts.push(el("div", { className: "template" }, [bubble, ...message.buttons.map((button) => drawButton(message, button))]));
  else if (message.text) parts.push(bubble);
  if (message.cards.length) parts.push(el("div", { className: "cards" }, message.cards.map((card) => drawCard(message, card))));
  return parts;
}

function drawAttachment(item) {
  const url = item.payload?.url;
  if (["image", "story_mention", "ig_story"].includes(item.type) && url) return picture("media", url, "Picture");
  if (["share", "ig_post", "ig_reel"].includes(item.type) && url) return el("figure", { className: "shared" }, [el("img", { src: url, alt: "" }), el("figcaption", { textContent: item.payload.title || "Post" })]);
  if (item.type === "like_heart") return el("div", { className: "bubble", textContent: "❤️" });
  return el("div", { className: "bubble" }, [url ? el("a", { href: url, rel: "noreferrer", target: "_blank", textContent: item.type }) : item.type]);
}

// Its address dies with its content: then a word stands for it.
function picture(className, src, alt) {
  const image = el("img", { className, src, alt });
  image.onerror = () => image.replaceWith(el("span", { className: "is-lost", textContent: `${alt}: no longer available` }));
  return image;
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
  return el("button", { type: "button", textContent: button.title, disabled: state.isOwner, onclick: () => tap(message, button.payload ?? "") });
}

function drawChips(last) {
  let chips = last && last.direction === "out" ? last.quickReplies.map((chip) => [chip.title, () => tap(last, chip.payload ?? "")]) : [];
  if (!last) chips = state.profile.iceBreakers.map((line) => [line.title, () => tapMenu(line.payload)]);
  if (state.isOwner) chips = [];
  find("chips").hidden = !chips.length;
  find("chips").replaceChildren(...chips.map(([title, onclick]) => el("button", { type: "button", textContent: title, onclick })));
}

export function drawWindow() {
  const person = state.isOwner ? customer() : account();
  if (!person) return;
  const ends = state.windowEnds && new Date(state.windowEnds);
  const isOpen = ends && ends.getTime() > now();
  const when = ends?.toLocaleString([], { weekday: "short", hour: "2-digit", minute: "2-digit" });
  find("head-username").textContent = `${person.username} · ${isOpen ? `open until ${when}` : "window closed"}`;
}

async function tap(message, payload) {
  try {
    await call("POST", `customers/${state.customer}/taps`, { mid: message.mid, payload });
    find("text").focus();
  } catch (problem) {
    showTrouble(problem.message);
  }
}

export async function tapMenu(payload) {
  try {
    await call("POST", `customers/${state.customer}/menu-taps`, { accountId: state.account, payload });
  } catch (problem) {
    showTrouble(problem.message);
  }
}
