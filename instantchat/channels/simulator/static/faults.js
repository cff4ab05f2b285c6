// The faults, the simulator's time, and the buttons of Meta's dashboard and the account's owner.
import { account, now, state } from "/simulator/static/state.js";
import { call, find } from "/simulator/static/dom.js";

export async function watchFaults() {
  const form = find("faults");
  fill(form, await call("GET", "faults"));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", (event) => set(form, event.target));
}

function fill(form, faults) {
  for (const field of form.elements) {
    if (field.type === "checkbox") field.checked = faults[field.name];
    else if (field.name in faults) field.value = faults[field.name];
  }
}

async function set(form, field) {
  const value = field.type === "checkbox" ? field.checked : field.type === "number" ? Number(field.value) : field.value;
  const wanted = field.name === "fail" ? { failNext: failureOf(value) } : { [field.name]: value };
  const done = find("faults-done");
  try {
    fill(form, await call("PUT", "faults", wanted));
    done.textContent = wanted.failNext ? "Set. The next send is refused once." : "Set.";
    form.elements.fail.value = "";
  } catch (problem) {
    done.textContent = problem.message;
  }
}

function failureOf(chosen) {
  const [code, subcode, status, after] = chosen.split("/");
  return code ? { code: Number(code), subcode: subcode ? Number(subcode) : null, status: Number(status), afterSend: after === "after" } : null;
}

export async function watchTime(changed) {
  showTime(await call("GET", "clock"));
  find("advance").addEventListener("click", async (event) => {
    if (!event.target.value) return;
    showTime(await call("POST", "clock", { advance: Number(event.target.value) }));
    changed();
  });
}

function showTime({ offset, movesProduct }) {
  state.offset = offset;
  const shown = new Date(now()).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
  find("clock").textContent = offset ? `It is ${shown} here.` : "The simulator runs on this machine's time.";
  find("moves").textContent = movesProduct ? "InstantChat's waits, windows and tokens move along; you stay signed in." : "Your server keeps its own time.";
  find("time").textContent = shown;
  find("time").hidden = !offset;
}

export function watchMeta(changed) {
  find("meta").addEventListener("click", async (event) => {
    const done = find("meta-done");
    if (!event.target.value) return;
    try {
      done.textContent = await ACTS[event.target.value]();
    } catch (problem) {
      done.textContent = problem.message;
    }
    changed();
  });
}

export function drawMeta() {
  const isOff = account() && !account().allowsMessages;
  find("meta").querySelector('[value="access"]').textContent = isOff ? "Message access on" : "Message access off";
}

const ACTS = {
  handshake: async () => {
    const { ok, status, error } = await call("POST", "handshake");
    return ok ? "The webhook answered as it should." : `The webhook did not verify: ${error ?? status}.`;
  },
  test: () => call("POST", "test-events", {}).then(() => "Sent. It must not show up as a customer."),
  self: () => call("POST", `accounts/${state.account}/self-messages`, { text: "A note to myself" }).then(() => "The account wrote to itself. It must start no flow."),
  access: async () => {
    const { allowsMessages } = await call("PATCH", `accounts/${state.account}`, { allowsMessages: !account().allowsMessages });
    return allowsMessages ? "The app may read and write messages again." : "The owner switched off access to messages.";
  },
  password: () => call("POST", `accounts/${state.account}/revoke?subcode=460`).then(() => "Every token is invalid now (190/460)."),
  expire: () => call("POST", `accounts/${state.account}/expire`).then(() => "Every token has expired (190/463)."),
  deauthorize: () => callBack("deauthorize"),
  "data-deletion": () => callBack("data-deletion"),
};

async function callBack(name) {
  const { status, body } = await call("POST", `accounts/${state.account}/callbacks/${name}`, {});
  return `Your server answered ${status ?? "nothing"}: ${body.slice(0, 160)}`;
}
