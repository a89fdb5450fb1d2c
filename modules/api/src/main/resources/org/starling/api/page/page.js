"use strict";
// Shows the states that the node sends: each is everything there is to show, so nothing here can go out of step.
// Whatever a peer may have chosen (its agent, its address) gets into the page as text only.

const at = id => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";
const number = value => value.toLocaleString("en");
const KINDS = {
  "inbound": "what they ask", "outbound-full-relay": "everything", "block-relay-only": "blocks only",
  "manual": "named by you", "feeler": "a test", "addr-fetch": "asks for addresses",
};
let before = null;

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function bytes(count) {
  if (count < 1000) return count + " B";
  const units = ["kB", "MB", "GB", "TB"];
  let unit = -1;
  do { count /= 1000; unit++; } while (count >= 1000 && unit < units.length - 1);
  return count.toFixed(count < 10 ? 1 : 0) + " " + units[unit];
}

function ago(seconds) {
  const passed = Math.max(0, Date.now() / 1000 - seconds);
  if (passed < 60) return "just now";
  if (passed < 3600) return Math.floor(passed / 60) + " min ago";
  if (passed < 86400) return Math.floor(passed / 3600) + " h ago";
  return Math.floor(passed / 86400) + " days ago";
}

function latency(link) {
  if (link.latencyMillis < 0) return "–";
  return link.latencyMillis < 10 ? link.latencyMillis.toFixed(1) + " ms" : Math.round(link.latencyMillis) + " ms";
}

function figure(id, value) {
  const place = at(id);
  const text = number(value);
  if (place.textContent !== text && before) {
    place.parentElement.classList.add("fresh");
    setTimeout(() => place.parentElement.classList.remove("fresh"), 600);
  }
  place.textContent = text;
}

function show(state) {
  const nodes = state.nodes;
  const running = nodes.filter(node => node.running);
  const mesh = nodes.length > 1;
  // In a demonstration every node has the same chain in the end; the best one is shown.
  const best = nodes.reduce((one, other) => other.height > one.height ? other : one, nodes[0]);
  document.body.classList.toggle("mesh", mesh);
  at("title").textContent = state.title;
  document.title = "Starling · " + number(best.height);
  figure("height", best.height);
  figure("link-count", mesh ? edges(nodes).length : best.links.length);
  const fullest = running.reduce((one, other) => other.mempool.transactions > one.mempool.transactions ? other : one, best);
  figure("waiting-count", fullest.mempool.transactions);
  figure("heard-count", Math.max(...nodes.map(node => node.heardTotal)));
  showBlocks(best);
  showLinks(nodes, mesh);
  showTraffic(nodes);
  showMempool(fullest);
  showHeard(best);
  showStory(state.story);
  showObserved(state.observed);
  showViews(state);
  flock(nodes, mesh);
  before = state;
}

function showBlocks(node) {
  const known = new Set(before ? before.nodes.flatMap(one => one.blocks.map(block => block.hash)) : node.blocks.map(block => block.hash));
  const rows = node.blocks.map(block => {
    const row = element("div", known.has(block.hash) ? "block" : "block fresh");
    row.append(element("b", "", number(block.height)), element("code", "", block.hash),
      element("span", "", number(block.transactions) + (block.transactions === 1 ? " transaction · " : " transactions · ") + bytes(block.bytes) + " · " + ago(block.time)));
    return row;
  });
  if (node.headers > node.height) {
    rows.unshift(element("p", "note", "catching up: " + (node.progress * 100).toFixed(2) + " % of " + number(node.headers) + " blocks"));
  }
  at("blocks").replaceChildren(...rows);
}

function showLinks(nodes, mesh) {
  const rows = nodes.flatMap(node => node.links.map(link => {
    const row = element("tr");
    row.append(element("td", "owner", node.name), element("td", "", link.peer || link.address),
      element("td", link.inbound ? "in" : "out", link.inbound ? "← they called" : "→ we called"),
      element("td", "", KINDS[link.kind] || link.kind), element("td", "", link.transport === "v2" ? "encrypted" : link.transport === "v1" ? "plain" : "–"),
      element("td", "", latency(link)), element("td", "", link.height < 0 ? "–" : number(link.height)),
      element("td", "", bytes(link.bytesSent)), element("td", "", bytes(link.bytesReceived)), element("td", "", link.agent));
    return row;
  }));
  if (rows.length === 0) {
    const row = element("tr");
    const cell = element("td", "", "No links yet.");
    cell.colSpan = 10;
    row.append(cell);
    rows.push(row);
  }
  at("links").replaceChildren(...rows);
}

function showTraffic(nodes) {
  const sums = new Map();
  for (const node of nodes) for (const one of node.traffic) {
    const sum = sums.get(one.type) || {type: one.type, messagesIn: 0, bytesIn: 0, messagesOut: 0, bytesOut: 0};
    for (const field of ["messagesIn", "bytesIn", "messagesOut", "bytesOut"]) sum[field] += one[field];
    sums.set(one.type, sum);
  }
  const sorted = [...sums.values()].sort((one, other) => other.bytesIn + other.bytesOut - one.bytesIn - one.bytesOut);
  at("traffic").replaceChildren(...sorted.slice(0, 12).map(sum => {
    const row = element("tr");
    row.append(element("td", "", sum.type), element("td", "", number(sum.messagesIn)), element("td", "", bytes(sum.bytesIn)),
      element("td", "", number(sum.messagesOut)), element("td", "", bytes(sum.bytesOut)));
    return row;
  }));
  at("spread").textContent = nodes.length > 1 ? "Of all nodes together." :
    "The links that this node chose lead into " + number(nodes[0].groups) + (nodes[0].groups === 1 ? " part" : " different parts") + " of the network.";
}

function showMempool(node) {
  const pool = node.mempool;
  at("mempool-note").textContent = pool.transactions === 0 ? "No transaction waits for a block."
    : bytes(pool.virtualBytes) + ", paying " + (pool.fees / 1e8).toFixed(8) + " BTC in fees";
  at("mempool").replaceChildren(...pool.latest.map(waiting => {
    const row = element("li");
    row.append(element("code", "", waiting.txid), element("span", "", (waiting.fee / waiting.virtualBytes).toFixed(1) + " sat/vB"));
    return row;
  }));
}

function showHeard(node) {
  at("heard-note").textContent = node.heardTotal === 0 ? "No peer has told of others yet."
    : number(node.heardTotal) + " addresses that peers told of; the latest:";
  at("heard").replaceChildren(...node.heard.map(heard => {
    const row = element("li");
    row.append(element("code", "", heard.address), element("span", "", ago(heard.seen)));
    return row;
  }));
}

function showObserved(observed) {
  at("observed-section").hidden = observed.length === 0;
  at("observed").replaceChildren(...observed.map(view => {
    const row = element("p");
    row.append(element("b", "", view.figure === "" ? view.name : view.figure + " · " + view.name), element("br"), view.words);
    return row;
  }));
}

function showStory(story) {
  at("story-section").hidden = story.length === 0;
  if (at("story").childElementCount !== story.length) {
    at("story").replaceChildren(...story.map(line => element("li", "", line)));
    at("story").scrollTop = at("story").scrollHeight;
  }
}

// ---- the graph: points that push each other away, links that pull ----

const points = new Map();
let lines = [];
let heat = 0;

function edges(nodes) {
  const seen = new Map();
  for (const node of nodes) {
    for (const link of node.links) {
      if (!link.peer) continue;
      const key = [node.name, link.peer].sort().join(" ");
      seen.set(key, {from: node.name, to: link.peer, kind: "mesh"});
    }
  }
  return [...seen.values()];
}

function flock(nodes, mesh) {
  const wanted = new Map();
  const drawn = mesh ? edges(nodes) : [];
  const top = Math.max(...nodes.map(node => node.height));
  for (const node of nodes) {
    const kind = !node.running ? "gone" : node.height < top ? "behind" : "own";
    wanted.set(node.name, {label: node.name, small: node.running ? "block " + number(node.height) : "stopped", kind, tip: node.tip, size: mesh ? 13 : 17});
    if (mesh) continue;
    for (const link of node.links) {
      const name = link.address + (link.inbound ? " in" : "");
      wanted.set(name, {label: link.address, small: latency(link), kind: "peer", tip: "", size: 9});
      drawn.push({from: node.name, to: name, kind: link.inbound ? "in" : "out"});
    }
  }
  let changed = lines.length !== drawn.length;
  for (const name of [...points.keys()]) {
    if (!wanted.has(name)) { points.get(name).group.remove(); points.delete(name); changed = true; }
  }
  let placed = 0;
  for (const [name, want] of wanted) {
    let point = points.get(name);
    if (!point) {
      const turn = 2.4 * (points.size + placed++);
      point = {x: Math.cos(turn) * (60 + 12 * placed), y: Math.sin(turn) * (60 + 12 * placed), dx: 0, dy: 0, tip: want.tip, group: drawPoint()};
      points.set(name, point);
      changed = true;
    }
    const [circle, label, small] = point.group.children;
    circle.setAttribute("r", want.size);
    label.textContent = want.label;
    label.setAttribute("y", -want.size - 6);
    small.textContent = want.small;
    small.setAttribute("y", want.size + 15);
    const fresh = point.tip !== want.tip;
    point.group.setAttribute("class", want.kind);
    if (fresh) requestAnimationFrame(() => point.group.classList.add("fresh"));
    point.tip = want.tip;
    point.pinned = !mesh && want.kind !== "peer";
  }
  lines.forEach(line => line.shape.remove());
  lines = drawn.filter(edge => points.has(edge.from) && points.has(edge.to)).map(edge => {
    const shape = document.createElementNS(SVG, "line");
    shape.setAttribute("class", edge.kind);
    at("graph").prepend(shape);
    return {shape, from: points.get(edge.from), to: points.get(edge.to)};
  });
  at("flock-note").textContent = mesh ? "Every node of this demonstration, and every link between them. Orange: behind. Grey: stopped."
    : "This node and those it is linked to. Green: we called them. Orange: they called us.";
  draw();
  if (changed && heat <= 0) { heat = 1; requestAnimationFrame(move); } else if (changed) heat = 1;
}

function drawPoint() {
  const group = document.createElementNS(SVG, "g");
  group.append(document.createElementNS(SVG, "circle"), document.createElementNS(SVG, "text"), document.createElementNS(SVG, "text"));
  group.children[2].setAttribute("class", "small");
  at("graph").append(group);
  return group;
}

function move() {
  const all = [...points.values()];
  for (let i = 0; i < all.length; i++) {
    for (let j = 0; j < i; j++) {
      let dx = all[i].x - all[j].x, dy = all[i].y - all[j].y;
      const square = Math.max(60, dx * dx + dy * dy);
      const push = 5200 / square / Math.sqrt(square);
      dx *= push; dy *= push;
      all[i].dx += dx; all[i].dy += dy; all[j].dx -= dx; all[j].dy -= dy;
    }
    all[i].dx -= all[i].x * 0.012; all[i].dy -= all[i].y * 0.022;
  }
  for (const line of lines) {
    const dx = line.to.x - line.from.x, dy = line.to.y - line.from.y;
    const length = Math.max(1, Math.hypot(dx, dy));
    const pull = (length - 120) * 0.02 / length;
    line.from.dx += dx * pull; line.from.dy += dy * pull; line.to.dx -= dx * pull; line.to.dy -= dy * pull;
  }
  for (const point of all) {
    if (point.pinned) { point.x = 0; point.y = 0; }
    else { point.x += point.dx * heat; point.y += point.dy * heat; }
    point.dx *= 0.6; point.dy *= 0.6;
  }
  draw();
  heat -= 0.006;
  if (heat > 0) requestAnimationFrame(move);
}

function draw() {
  const box = at("graph").getBoundingClientRect();
  let reachX = 60, reachY = 60;
  for (const point of points.values()) {
    reachX = Math.max(reachX, Math.abs(point.x));
    reachY = Math.max(reachY, Math.abs(point.y));
  }
  const scaleX = Math.min(1.6, (box.width / 2 - 80) / reachX), scaleY = Math.min(1.6, (box.height / 2 - 44) / reachY);
  const x = point => box.width / 2 + point.x * scaleX, y = point => box.height / 2 + point.y * scaleY;
  for (const point of points.values()) point.group.setAttribute("transform", "translate(" + x(point).toFixed(1) + "," + y(point).toFixed(1) + ")");
  for (const {shape, from, to} of lines) {
    shape.setAttribute("x1", x(from).toFixed(1)); shape.setAttribute("y1", y(from).toFixed(1));
    shape.setAttribute("x2", x(to).toFixed(1)); shape.setAttribute("y2", y(to).toFixed(1));
  }
}

addEventListener("resize", draw);

// The secret comes after the # of the address, which browsers send to nobody, and stays with this tab and origin.
if (location.hash.length > 1) {
  sessionStorage.setItem("secret", location.hash.slice(1));
  history.replaceState(null, "", "/");
}
addEventListener("hashchange", () => location.reload());

function say(kind, text) {
  at("state").className = kind;
  at("state").textContent = text;
}

// Events as an EventSource reads them; that one cannot send the secret.
async function follow() {
  const answer = await fetch("/events", {headers: {Authorization: "Bearer " + sessionStorage.getItem("secret")}});
  if (answer.status === 403) {
    say("lost", "open the address that the node printed when it started");
    return false;
  }
  if (!answer.ok) return true;
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    text += part.value;
    const events = text.split("\n\n");
    text = events.pop();
    for (const event of events) {
      if (!event.startsWith("data: ")) continue;
      say("live", "live");
      show(JSON.parse(event.slice(6)));
    }
  }
  return true;
}

async function stay() {
  let again = true;
  while (again) {
    try {
      again = await follow();
    } catch (e) {
      again = true;
    }
    if (again) {
      say("lost", "the node does not answer");
      await new Promise(done => setTimeout(done, 2000));
    }
  }
}

stay();
