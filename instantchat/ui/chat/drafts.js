// What was typed and is not sent for sure, kept with the tab: it survives switching, reloading and a refusal.
// `place` is member and conversation, so that nobody finds another's words.

const RESEND_MS = 60_000; // after that it is shown again instead of being sent at a moment nobody expects

function read(name, otherwise) {
  try {
    return JSON.parse(window.sessionStorage.getItem(name)) ?? otherwise;
  } catch {
    return otherwise; // not ours, or damaged: as good as nothing
  }
}

function write(name, value) {
  if (value.length) window.sessionStorage.setItem(name, JSON.stringify(value));
  else window.sessionStorage.removeItem(name);
}

const drafts = (place) => `instantchat-draft:${place}`;
const sending = (place) => `instantchat-sending:${place}`;

export const draftOf = (place) => read(drafts(place), "");
export const keepDraft = (place, text) => write(drafts(place), text);

/** Takes note of a text on its way; its key, which makes sending it again harmless. */
export function begin(place, text) {
  const key = `web-${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
  write(sending(place), [...read(sending(place), []), { key, text, at: Date.now() }]);
  return key;
}

/** Takes in an answer `{key, refusal}`; a refused text becomes the draft again. True if the key was known here. */
export function settle(place, { key, refusal }) {
  const waiting = read(sending(place), []);
  const item = waiting.find((each) => each.key === key);
  if (!item) return false;
  write(sending(place), waiting.filter((each) => each.key !== key));
  if (refusal) giveBack(place, item.text);
  return true;
}

/** What has had no answer: to be sent again with its key; what has waited too long becomes the draft again. */
export function unanswered(place) {
  const waiting = read(sending(place), []);
  const fresh = waiting.filter((each) => Date.now() - each.at < RESEND_MS);
  if (fresh.length < waiting.length) {
    write(sending(place), fresh);
    waiting.filter((each) => !fresh.includes(each)).forEach((each) => giveBack(place, each.text));
  }
  return fresh;
}

function giveBack(place, text) {
  const since = draftOf(place);
  keepDraft(place, since ? `${text}\n${since}` : text);
}
