// Elements and calls to the simulator's script API.
export const find = (id) => document.getElementById(id);

export function el(tag, properties = {}, children = []) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

// The JSON of an answer, or null; throws an Error with the sentence of a refusal.
export async function call(method, path, body) {
  let response;
  try {
    response = await fetch(`/simulator/api/${path}`, {
      method,
      headers: body ? { "Content-Type": "application/json" } : {},
      body: body ? JSON.stringify(body) : undefined,
    });
  } catch {
    throw new Error("The simulator cannot be reached. Is the server running?");
  }
  const text = await response.text();
  const answer = text && response.headers.get("content-type")?.includes("json") ? JSON.parse(text) : null;
  if (!response.ok) throw new Error(answer?.detail ?? `The simulator answered ${response.status}.`);
  return answer;
}

export function showTrouble(text) {
  find("trouble").textContent = text;
  find("trouble").hidden = !text;
}

export const setPressed = (id, isPressed) => find(id).setAttribute("aria-pressed", String(isPressed));
