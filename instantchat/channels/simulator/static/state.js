// What the page shows now, shared by its parts.
const chosen = new URLSearchParams(location.search);

export const state = {
  accounts: [],
  customers: [],
  account: chosen.get("account"),
  customer: chosen.get("customer"),
  messages: [],
  windowEnds: null,
  posts: [],
  profile: { iceBreakers: [], menu: [] },
  unread: new Set(),
  isOwner: false,
  editing: null,
  offset: 0,
};

export const account = () => state.accounts.find((known) => known.id === state.account);
export const customer = () => state.customers.find((known) => known.igsid === state.customer);
export const now = () => Date.now() + state.offset * 1000;

export function remember() {
  const address = new URL(location.href);
  address.searchParams.set("account", state.account);
  address.searchParams.set("customer", state.customer);
  history.replaceState(null, "", address);
}
