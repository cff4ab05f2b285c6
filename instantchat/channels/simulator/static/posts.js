// The account's story and posts, with their comments: customers comment and answer, the owner too, and publishes.
import { account, state } from "/simulator/static/state.js";
import { call, el, find, showTrouble } from "/simulator/static/dom.js";

const KINDS = { FEED: "Post", REELS: "Reel", AD: "Ad", LIVE: "Live" };
let comments = {};
let answering = null;

export async function loadPosts() {
  if (!state.account) return;
  const wanted = state.account;
  const posts = (await call("GET", `accounts/${wanted}/posts`)).data;
  const lists = await Promise.all(posts.map((post) => call("GET", `posts/${post.id}/comments`)));
  if (wanted !== state.account) return;
  state.posts = posts;
  comments = Object.fromEntries(posts.map((post, place) => [post.id, lists[place].data]));
  drawPosts();
}

export function noteComment(comment) {
  const known = comments[comment.mediaId];
  if (!known) return;
  const place = known.findIndex((each) => each.id === comment.id);
  if (place >= 0) known[place] = comment;
  else known.push(comment);
  drawPosts();
}

export function dropComment(comment) {
  const known = comments[comment.mediaId] ?? [];
  comments[comment.mediaId] = known.filter((each) => each.id !== comment.id && each.parentId !== comment.id);
  drawPosts();
}

export function drawPosts() {
  const box = find("posts");
  if (box.hidden) return;
  const typed = Object.fromEntries([...box.querySelectorAll("input")].map((input) => [input.name, input.value]));
  const focused = box.contains(document.activeElement) ? document.activeElement.name : null;
  const story = state.posts.find((post) => post.kind === "STORY");
  const shown = state.posts.filter((post) => post.kind !== "STORY");
  box.replaceChildren(...(state.isOwner ? [drawPublisher()] : []), ...(story ? [drawStory(story)] : []), ...shown.map(drawPost));
  for (const input of box.querySelectorAll("input")) input.value = typed[input.name] ?? "";
  if (focused) box.querySelector(`input[name="${CSS.escape(focused)}"]`)?.focus();
}

function drawStory(story) {
  const picture = el("img", { className: "story", src: story.pictureUrl, alt: "Story" });
  const parts = [el("strong", { textContent: `${account()?.username}'s story` }), el("small", { textContent: story.caption })];
  if (!state.isOwner) parts.push(drawForm("Reply to the story", `story-${story.id}`, "Reply", (text) => call("POST", `customers/${state.customer}/story-replies`, { mediaId: story.id, text })));
  return el("article", { className: "story-card" }, [picture, el("div", {}, parts)]);
}

function drawPost(post) {
  const known = comments[post.id] ?? [];
  const tops = known.filter((comment) => !comment.parentId);
  const list = tops.flatMap((comment) => [comment, ...known.filter((each) => each.parentId === comment.id)]);
  const target = answering && known.find((comment) => comment.id === answering);
  const label = target ? `Answer @${target.username}` : `Comment on “${post.caption.slice(0, 40)}”`;
  const form = drawForm(label, `comment-${post.id}`, "Post", (text) => comment(post, text, target?.id ?? ""));
  if (target) form.append(el("button", { type: "button", className: "link", textContent: "Cancel", onclick: () => answer(null) }));
  return el("article", { className: "post" }, [
    el("img", { src: post.pictureUrl, alt: "" }),
    el("p", {}, [el("strong", { textContent: `${account()?.username} ` }), post.caption, post.kind === "FEED" ? "" : el("span", { className: "tag", textContent: KINDS[post.kind] })]),
    el("ul", { className: "comments" }, list.map((each) => drawComment(each))),
    form,
  ]);
}

function drawComment(comment) {
  const notes = [comment.isHidden && "hidden", comment.privateReply === "used" && "answered in private", comment.privateReply === "burned" && "private reply burned"].filter(Boolean);
  const line = el("li", { className: comment.parentId ? "is-answer" : "" }, [
    el("p", {}, [el("strong", { textContent: `${comment.username} ` }), comment.text]),
    el("div", { className: "comment-acts" }, [
      el("small", { textContent: [new Date(comment.at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }), ...notes].join(" · ") }),
      el("button", { type: "button", className: "link", textContent: "Answer", ariaLabel: `Answer @${comment.username}`, onclick: () => answer(comment) }),
    ]),
  ]);
  if (!state.isOwner && comment.authorId === state.customer) {
    const remove = el("button", { type: "button", className: "link", textContent: "Delete", ariaLabel: `Delete the comment ${comment.text}` });
    remove.onclick = () => attempt(call("DELETE", `customers/${state.customer}/comments/${comment.id}`));
    line.lastChild.append(remove);
  }
  return line;
}

function drawForm(label, name, word, work) {
  const input = el("input", { name, ariaLabel: label, placeholder: `${label}...`, maxLength: 1000, autocomplete: "off" });
  const form = el("form", { className: "inline-form" }, [input, el("button", { type: "submit", className: "link", textContent: word })]);
  form.onsubmit = async (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (text && (await attempt(work(text)))) find("posts").querySelector(`input[name="${CSS.escape(name)}"]`).value = "";
  };
  return form;
}

function drawPublisher() {
  const kind = el("select", { ariaLabel: "Kind" }, Object.entries(KINDS).map(([value, textContent]) => el("option", { value, textContent })));
  const form = drawForm("Publish something new", "publish", "Publish", (caption) => call("POST", `accounts/${state.account}/posts`, { caption, kind: kind.value }).then(loadPosts));
  form.prepend(kind);
  return form;
}

function answer(comment) {
  answering = comment?.id ?? null;
  drawPosts();
  if (comment) find("posts").querySelector(`input[name="comment-${comment.mediaId}"]`)?.focus();
}

function comment(post, text, parentId) {
  const who = state.isOwner ? `accounts/${state.account}` : `customers/${state.customer}`;
  answering = null;
  return call("POST", `${who}/comments`, { mediaId: post.id, text, parentId });
}

async function attempt(doing) {
  try {
    await doing;
    showTrouble("");
    return true;
  } catch (problem) {
    showTrouble(problem.message);
    return false;
  }
}
