"use strict";
// The wallet on the page. All it knows comes with each state; what it holds between them is where the person is. Seed
// words and passphrases stay in the fields that show them, and leave with these.

const byId = id => document.getElementById(id);
const all = selector => [...document.querySelectorAll(selector)];
let purse = null;
let panel = "";
let part = "";
let view = "";
let making = null;
let review = null;
let request = null;
let older = [];
let olderWanted = 0;
let choosing = null;
let lastName = null;
let olderOf = "";
const opened = new Set();
const drawn = new Map();

const ABOUT = {fast: "Soon: within about 20 minutes", normal: "Normal: within about an hour", slow: "No hurry: within about a day"};
const STATES = {
  waiting: "waiting for a block", unsent: "not passed on yet", replaced: "replaced by another payment",
  displaced: "void: its coins went elsewhere", abandoned: "given up",
};
const SIGNS = {received: "↓", mined: "↓", sent: "↑", moved: "↺"};
const TITLES = {received: "Received", mined: "Newly mined", sent: "Sent", moved: "To yourself"};

function make(tag, className, ...content) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...content);
  return made;
}

// Satoshis are whole numbers below 2^53, so this is exact.
function btc(satoshis, all8) {
  const size = Math.abs(satoshis);
  let text = Math.floor(size / 1e8) + "." + String(size % 1e8).padStart(8, "0");
  if (!all8) text = text.replace(/0{1,6}$/, "");
  return (satoshis < 0 ? "−" : "") + text + " BTC";
}

async function ask(action, input) {
  let answer;
  try {
    answer = await fetch("/do/" + action, {
      method: "POST", body: JSON.stringify(input),
      headers: {"Content-Type": "application/json", Authorization: "Bearer " + sessionStorage.getItem("secret")},
    });
  } catch (e) {
    throw {field: "", error: "The node does not answer. Look whether it still runs, then look at the history before you try again."};
  }
  if (answer.status === 403) throw {field: "", error: "Open the address that the node printed when it started."};
  let said;
  try {
    said = await answer.json();
  } catch (e) {
    throw {field: "", error: "The node failed at this; its log says why. Look at the history before you try again."};
  }
  if (!answer.ok) throw said;
  return said;
}

function clearErrors(place) {
  place.querySelectorAll(".error").forEach(shown => shown.remove());
}

function complain(form, refusal) {
  const field = refusal.field && form.elements[refusal.field];
  const error = make("p", "error", refusal.error || String(refusal));
  error.setAttribute("role", "alert");
  const input = field instanceof RadioNodeList ? field[0] : field;
  if (input && input.closest("label") && input.offsetParent !== null && input.type !== "radio") {
    input.closest("label").after(error);
    input.focus();
  } else {
    form.querySelector(":scope > .actions").before(error);
  }
}

// What a form does: its fields go to the action, and what is refused is said beside the field.
function onSubmit(id, act) {
  const form = byId(id);
  form.addEventListener("submit", async event => {
    event.preventDefault();
    clearErrors(form);
    const buttons = [...form.querySelectorAll("button")];
    buttons.forEach(button => button.disabled = true);
    try {
      await act(Object.fromEntries(new FormData(form)), form);
    } catch (refusal) {
      complain(form, refusal);
    } finally {
      buttons.forEach(button => button.disabled = false);
    }
  });
}

function sameTwice(values) {
  if (values.passphrase !== values.passphrase2) throw {field: "passphrase2", error: "These two are not the same."};
}

function go(to) {
  if (to !== "words") byId("words").replaceChildren();
  panel = to;
  arrange();
}

function open(which) {
  if (part !== which) {
    for (const id of ["words-form", "protect-form", "review-form"]) { byId(id).reset(); clearErrors(byId(id)); }
    byId("shown-words").replaceChildren();
    byId("shown-words").hidden = true;
    byId("protected").hidden = true;
  }
  part = which;
  arrange();
}

function arrange() {
  const shown = panel || (choosing !== null ? "choosing" : purse && purse.shown ? "home" : "welcome");
  for (const section of all("[data-panel]")) {
    section.hidden = section.dataset.panel !== shown || Boolean(section.dataset.part) && section.dataset.part !== part;
  }
  all(".back-home").forEach(button => button.hidden = !(purse && purse.shown));
  byId("network-note").hidden = !purse || purse.money === "real" && shown === "home";
}

// Draws a place anew only if what it shows has changed, and keeps the focus.
function redraw(id, facts, children) {
  const text = JSON.stringify(facts);
  if (drawn.get(id) === text) return;
  drawn.set(id, text);
  const key = document.activeElement && document.activeElement.dataset ? document.activeElement.dataset.key : "";
  byId(id).replaceChildren(...children());
  const again = key && [...byId(id).querySelectorAll("[data-key]")].find(one => one.dataset.key === key);
  if (again) again.focus();
}

function showViews(state) {
  purse = state.wallet;
  byId("views").hidden = !purse;
  if (!view || !purse) view = purse ? sessionStorage.getItem("view") || "wallet" : "node";
  byId("wallet-view").hidden = view !== "wallet";
  byId("node-view").hidden = view !== "node";
  for (const name of ["wallet", "node"]) byId("go-" + name).toggleAttribute("aria-current", view === name);
  if (purse) showWallet(state);
}

function showWallet(state) {
  const note = {
    real: "This node is on " + purse.network + ": what you receive here is real money.",
    test: "This node is on " + purse.network + ". Its coins have no value: a good place to try everything.",
    play: "This node is on " + purse.network + ". Its coins exist for tests only and have no value.",
  }[purse.money];
  byId("network-note").className = "wide notice " + purse.money;
  redraw("network-note", note, () => [make("p", "", note)]);
  showRestoring(purse.restoring);
  redraw("closed-wallets", purse.wallets.filter(one => !one.loaded), () => purse.wallets.filter(one => !one.loaded).map(one => {
    const button = make("button", "", "Open " + (one.name || "the default wallet"));
    button.type = "button";
    button.addEventListener("click", () => choose(one.name, button));
    return button;
  }));
  const shown = purse.shown;
  if (shown && shown.name !== lastName) beginAnew(shown.name);
  if (shown && shown.name === choosing) choosing = null;
  arrange();
  if (!shown) return;
  redraw("wallet-choice", [purse.wallets, shown.name], () => purse.wallets.map(one => {
    const option = make("option", "", (one.name || "default wallet") + (one.loaded ? "" : " (not open)"));
    option.value = one.name;
    option.selected = one.name === shown.name;
    return option;
  }));
  byId("available").textContent = btc(shown.available);
  say2("pending-note", shown.pending && btc(shown.pending) + " more is on its way to you: it was sent, and waits for a block.");
  say2("immature-note", shown.immature && btc(shown.immature) + " more is newly mined; it can be spent when 100 blocks have followed.");
  const node = state.nodes[0];
  say2("catching-up", shown.scanned >= 0 ? "Looking through old blocks: " + Math.floor(shown.scanned * 100) + " %."
    : node.headers > node.height && "Your node is still catching up (" + (node.progress * 100).toFixed(1) + " %). Newer payments show when it gets there.");
  byId("open-send").disabled = shown.watches;
  byId("open-safety").hidden = shown.watches;
  byId("words-form").hidden = !shown.hasWords;
  byId("words-passphrase").hidden = !shown.encrypted;
  byId("protect-old").hidden = !shown.encrypted;
  byId("protect-title").textContent = shown.encrypted ? "Change the passphrase" : "Set a passphrase";
  showGiven(shown);
  showHistory(shown);
}

function say2(id, text) {
  byId(id).hidden = !text;
  byId(id).textContent = text || "";
}

function showRestoring(restoring) {
  byId("restoring").hidden = !restoring;
  if (!restoring) return;
  byId("restoring").classList.toggle("wrong", restoring.error !== "");
  byId("restoring-title").textContent = restoring.error ? "“" + restoring.name + "” was not restored" : "Restoring “" + restoring.name + "”";
  byId("restoring-note").textContent = restoring.error || "Looking for its coins in the chain: " + Math.floor(restoring.progress * 100) + " %. You can leave this page; the node must go on running.";
  byId("restoring-progress").hidden = restoring.error !== "";
  byId("restoring-progress").value = restoring.progress;
}

// Until the wallet that was chosen is the one that is shown, nothing can be done with the other.
async function choose(name, place) {
  clearErrors(byId("wallet-view"));
  panel = "";
  expect(name);
  try {
    await ask("show", {name});
  } catch (refusal) {
    choosing = null;
    drawn.delete("wallet-choice");
    arrange();
    place.parentElement.after(make("p", "error", refusal.error));
  }
}

function expect(name) {
  choosing = purse.shown && purse.shown.name === name ? null : name;
  arrange();
}

// Another wallet is shown than before, here or by another tab: what was begun belongs to the other.
function beginAnew(name) {
  lastName = name;
  older = [];
  olderWanted = 0;
  part = "";
  request = null;
  review = null;
  byId("request").hidden = true;
  byId("send-form").reset();
  byId("label-dialog").close();
}

function small(text, key, act) {
  const button = make("button", "link", text);
  button.type = "button";
  button.dataset.key = key;
  button.addEventListener("click", act);
  return button;
}

function showGiven(shown) {
  byId("given-section").hidden = shown.addresses.length === 0;
  redraw("given", [shown.name, shown.addresses], () => shown.addresses.map(one => make("li", "",
    make("code", "", one.address), make("span", "", one.label || "no label"), make("span", "", one.received ? btc(one.received) : "nothing yet"),
    small("Label", "label " + one.address, () => editLabel(one.address, one.label)),
    small("Show", "show " + one.address, () => requestFor({address: one.address})))));
}

async function requestFor(input) {
  const form = byId("receive-form");
  clearErrors(form);
  try {
    request = await ask("receive", {wallet: purse.shown.name, ...input});
  } catch (refusal) {
    complain(form, refusal);
    return;
  }
  byId("request-address").textContent = request.address;
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", request.picture.path);
  byId("qr").setAttribute("viewBox", "0 0 " + request.picture.size + " " + request.picture.size);
  byId("qr").replaceChildren(path);
  byId("request").hidden = false;
}

function editLabel(address, label) {
  const form = byId("label-form");
  clearErrors(form);
  byId("label-address").textContent = address;
  form.elements.label.value = label;
  byId("label-dialog").showModal();
}

function copy(button, text) {
  const said = button.textContent;
  navigator.clipboard.writeText(text).then(() => "Copied", () => "Select it and copy it by hand").then(now => {
    button.textContent = now;
    setTimeout(() => button.textContent = said, 1600);
  });
}

// ---- history ----

function status(entry) {
  if (entry.state === "young") return "ready in " + entry.matures + (entry.matures === 1 ? " block" : " blocks");
  if (entry.state !== "confirmed") return STATES[entry.state];
  return entry.confirmations === 1 ? "1 confirmation" : entry.confirmations.toLocaleString("en") + " confirmations";
}

function when(seconds) {
  return new Date(seconds * 1000).toLocaleString("en", {dateStyle: "medium", timeStyle: "short"});
}

// States bring the latest entries; older ones are asked for anew when something happened, since these changed too.
async function refreshOlder(shown) {
  const entries = [];
  while (entries.length < olderWanted) {
    const page = await ask("history", {wallet: shown.name, from: shown.history.length + entries.length});
    entries.push(...page.entries);
    if (page.entries.length === 0) break;
  }
  if (purse.shown && purse.shown.name === shown.name) {
    older = entries;
    showHistory(purse.shown);
  }
}

function showHistory(shown) {
  const latest = JSON.stringify([shown.name, shown.history]);
  if (olderWanted > 0 && olderOf !== latest) {
    olderOf = latest;
    refreshOlder(shown).catch(() => olderOf = "");
  }
  const fresh = new Set(shown.history.map(entry => entry.txid));
  const entries = [...shown.history, ...older.filter(entry => !fresh.has(entry.txid))];
  byId("history-note").textContent = shown.count === 0 ? "Nothing yet. Press Receive and give somebody your first address." : "";
  byId("older").hidden = entries.length >= shown.count;
  redraw("history", [shown.name, entries, [...opened]], () => entries.map(drawEntry));
}

function drawEntry(entry) {
  const own = entry.kind === "received" || entry.kind === "mined";
  const button = make("button", "entry " + entry.kind + " " + entry.state,
    make("span", "sign", SIGNS[entry.kind]), make("span", "what", entry.label || TITLES[entry.kind]),
    make("span", "amount", (own ? "+" : entry.kind === "sent" ? "−" : "") + btc(entry.amount)),
    make("span", "when", (entry.label ? TITLES[entry.kind] + " · " : "") + when(entry.time)), make("span", "status", status(entry)));
  button.type = "button";
  button.dataset.key = "entry " + entry.txid;
  button.setAttribute("aria-expanded", String(opened.has(entry.txid)));
  button.addEventListener("click", () => {
    if (!opened.delete(entry.txid)) opened.add(entry.txid);
    showHistory(purse.shown);
  });
  const row = make("li", "", button);
  row.dataset.txid = entry.txid;
  if (opened.has(entry.txid)) row.append(drawDetails(entry));
  return row;
}

function drawDetails(entry) {
  const facts = make("dl", "");
  const add = (name, ...value) => facts.append(make("dt", "", name), make("dd", "", ...value));
  for (const address of entry.addresses) add(entry.kind === "sent" ? "To" : "At", make("code", "", address));
  if (entry.fee) add("Fee", btc(entry.fee));
  add("Transaction", make("code", "", entry.txid));
  const details = make("div", "more-of", facts);
  const actions = make("div", "actions");
  if (entry.addresses.length > 0) actions.append(small("Change the label", "name " + entry.txid, () => editLabel(entry.addresses[0], entry.label)));
  if (entry.bumpable) actions.append(small("Raise the fee, so that it confirms sooner", "bump " + entry.txid, () => bump(entry.txid, details, {})));
  details.append(actions);
  return details;
}

// ---- paying ----

async function openSend() {
  open("send");
  const shown = purse.shown;
  const fees = await ask("fees", {wallet: shown.name});
  const chosen = (all("#send-form [name=speed]").find(one => one.checked) || {}).value;
  const rows = fees.choices.map(choice => {
    const radio = make("input", "");
    radio.type = "radio";
    radio.name = "speed";
    radio.value = choice.speed;
    radio.disabled = choice.rate === "";
    radio.checked = !radio.disabled && (chosen === choice.speed || !chosen && choice.speed === "normal");
    return make("label", radio.disabled ? "choice off" : "choice", radio, make("span", "", ABOUT[choice.speed]),
      make("b", "", choice.rate === "" ? "not known yet" : (choice.estimated ? "" : "fixed: ") + choice.rate + " sat per byte"));
  });
  byId("fees").replaceChildren(...rows);
  const own = byId("send-form").querySelector("[value=own]");
  if (!fees.choices.some(choice => choice.rate !== "")) own.checked = true;
  byId("fees-note").textContent = fees.choices.every(choice => choice.estimated) ? ""
    : fees.choices.some(choice => choice.rate !== "") ? "Your node has seen too few payments confirm to tell what is usual now, so these are fixed rates."
    : "Your node has seen too few payments confirm to tell what fee is usual now. Choose a rate of your own: at least " + fees.least + " sat per byte.";
}

async function bump(txid, place, rate) {
  clearErrors(place);
  try {
    const made = await ask("bump", {wallet: purse.shown.name, txid, ...rate});
    showReview(made, txid);
    if (rate.rate === undefined) byId("review-title").scrollIntoView({block: "center"});
  } catch (refusal) {
    const error = make("p", "error", refusal.error);
    error.setAttribute("role", "alert");
    place.append(error);
  }
}

function showReview(made, txid) {
  open("review");
  review = {id: made.id, txid, wallet: purse.shown.name};
  byId("review-title").textContent = txid ? "Raise the fee of this payment?" : "Is this right?";
  const rows = [["From", "your wallet “" + (purse.shown.name || "default wallet") + "”"], ["To", make("code", "", made.address)]];
  if (made.toSelf) rows.push(["", "This is an address of your own wallet."]);
  if (made.label) rows.push(["Label", made.label]);
  rows.push(["Amount", btc(made.amount, true)]);
  if (made.oldFee) rows.push(["Fee before", btc(made.oldFee, true)]);
  rows.push([made.oldFee ? "Fee now" : "Fee", btc(made.fee, true) + " (" + made.rate + " sat per byte)"]);
  rows.push(["Total", btc(made.total, true)], ["Left in this wallet", btc(made.left, true)]);
  byId("review").replaceChildren(...rows.flatMap(([name, value]) =>
    [make("dt", "", name), make("dd", name === "Amount" || name === "Total" ? "strong" : "", value)]));
  byId("review-note").textContent = txid
    ? "The payment is sent anew with the higher fee, and takes the place of the one that waits: only one of them is ever paid."
    : "Compare the address with the one that you were given, its beginning and its end at least. Nobody can take a payment back.";
  byId("review-rate").hidden = !txid;
  byId("review-passphrase").hidden = !made.locked;
}

// ---- what the buttons do ----

byId("go-wallet").addEventListener("click", () => turn("wallet"));
byId("go-node").addEventListener("click", () => turn("node"));

function turn(to) {
  view = to;
  sessionStorage.setItem("view", to);
  if (before) showViews(before);
  draw();
}

byId("begin-create").addEventListener("click", () => go("create"));
byId("begin-restore").addEventListener("click", () => go("restore"));
byId("add-wallet").addEventListener("click", () => go("welcome"));
all(".back-home").forEach(button => button.addEventListener("click", () => go("")));
all(".to-welcome").forEach(button => button.addEventListener("click", () => go("welcome")));
all(".close-part").forEach(button => button.addEventListener("click", () => open("")));
byId("open-receive").addEventListener("click", () => open("receive"));
byId("open-send").addEventListener("click", () => openSend().catch(refusal => complain(byId("send-form"), refusal)));
byId("open-safety").addEventListener("click", () => open("safety"));
byId("wallet-choice").addEventListener("change", event => choose(event.target.value, byId("wallet-choice")));
byId("send-all").addEventListener("click", () => byId("send-form").elements.amount.value = "all");
byId("copy-address").addEventListener("click", event => copy(event.target, request.address));
byId("copy-link").addEventListener("click", event => copy(event.target, request.link));
byId("label-cancel").addEventListener("click", () => byId("label-dialog").close());
byId("send-form").elements.rate.addEventListener("focus", () => byId("send-form").querySelector("[value=own]").checked = true);

onSubmit("create-form", async (values, form) => {
  sameTwice(values);
  showWords(await ask("create", {name: values.name, passphrase: values.passphrase}));
  form.reset();
});

function showWords(begun) {
  making = {id: begun.id, asked: begun.asked};
  go("words");
  byId("words").replaceChildren(...begun.words.map(word => make("li", "", word)));
  begun.asked.forEach((number, i) => byId("ask" + i).textContent = "Word " + number);
}

byId("words-written").addEventListener("click", () => {
  byId("confirm-form").reset();
  clearErrors(byId("confirm-form"));
  go("confirm");
  byId("confirm-form").elements.word0.focus();
});
byId("words-again").addEventListener("click", async () => {
  try {
    showWords(await ask("again", {id: making.id}));
  } catch (refusal) {
    complain(byId("confirm-form"), refusal);
  }
});

onSubmit("confirm-form", async (values, form) => {
  const made = await ask("confirm", {id: making.id, words: [values.word0, values.word1, values.word2]});
  form.reset();
  making = null;
  part = "";
  panel = "";
  expect(made.name);
});

onSubmit("restore-form", async (values, form) => {
  sameTwice(values);
  await ask("restore", {name: values.name, words: values.words, since: values.since, passphrase: values.passphrase, further: values.further});
  form.reset();
  part = "";
  go("");
});

onSubmit("receive-form", async (values, form) => {
  await requestFor({label: values.label, amount: values.amount});
  if (!form.querySelector(".error")) form.reset();
});

byId("send-form").elements.to.addEventListener("input", async event => {
  const form = byId("send-form");
  if (!event.target.value.trim().toLowerCase().startsWith("bitcoin:")) return;
  clearErrors(form);
  try {
    const text = event.target.value;
    const link = await ask("read", {text});
    // While the answer was under way more may have been typed; that has its own answer.
    if (event.target.value !== text) return;
    form.elements.to.value = link.address;
    if (link.satoshis) form.elements.amount.value = btc(link.satoshis).replace(" BTC", "");
    if (link.label || link.message) form.elements.label.value = [link.label, link.message].filter(Boolean).join(": ");
  } catch (refusal) {
    complain(form, refusal);
  }
});

onSubmit("send-form", async values => {
  showReview(await ask("draft", {wallet: purse.shown.name, to: values.to, amount: values.amount, label: values.label, speed: values.speed || "", rate: values.rate}), "");
});

byId("review-back").addEventListener("click", () => open(review.txid ? "" : "send"));
byId("review-again").addEventListener("click", () =>
  bump(review.txid, byId("review-form"), {speed: "own", rate: byId("review-form").elements.rate.value}));

onSubmit("review-form", async (values, form) => {
  await ask("send", {id: review.id, passphrase: values.passphrase});
  form.reset();
  byId("send-form").reset();
  open("sent");
});

onSubmit("words-form", async (values, form) => {
  const said = await ask("words", {wallet: purse.shown.name, passphrase: values.passphrase});
  form.reset();
  byId("shown-words").replaceChildren(...said.words.map(word => make("li", "", word)));
  byId("shown-words").hidden = false;
});

onSubmit("protect-form", async (values, form) => {
  sameTwice(values);
  await ask("protect", {wallet: purse.shown.name, old: values.old, passphrase: values.passphrase});
  form.reset();
  byId("protected").hidden = false;
});

onSubmit("label-form", async values => {
  await ask("label", {wallet: purse.shown.name, address: byId("label-address").textContent, label: values.label});
  byId("label-dialog").close();
});

byId("older").addEventListener("click", () => {
  olderWanted = older.length + purse.shown.history.length;
  olderOf = "";
  showHistory(purse.shown);
});
