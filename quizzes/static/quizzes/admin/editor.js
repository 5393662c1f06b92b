// Everything works without this file. It shows the text's lines with what is wrong on them, keeps every letter in this
// browser until the server has it, and lets the preview and the proof follow the text by themselves.
const find = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const form = find("#editor");
const source = find("#source");
const gutter = find(".gutter");
const KEY = `draft:${form.dataset.draft}`;
const PAUSE = 2000; // after the preview, until the proof
const OLD = 60 * 24 * 3600 * 1000;

// The numbers of the lines, and which of them have problems.
function number() {
  const lines = source.value.split("\n").length;
  while (gutter.children.length > lines) gutter.lastChild.remove();
  while (gutter.children.length < lines) {
    const line = document.createElement("div");
    line.textContent = gutter.children.length + 1;
    gutter.append(line);
  }
  scroll();
}
function scroll() {
  gutter.scrollTop = source.scrollTop;
}
function mark() {
  for (const line of gutter.children) line.className = "";
  for (const problem of all(".problems [data-line]")) {
    const line = gutter.children[problem.dataset.line - 1];
    if (line && line.className !== "error") line.className = problem.classList.contains("error") ? "error" : "warning";
  }
}
function goTo(line) {
  const lines = source.value.split("\n");
  const at = Math.min(line, lines.length) - 1;
  const start = lines.slice(0, at).reduce((sum, text) => sum + text.length + 1, 0);
  source.focus();
  source.setSelectionRange(start, start + lines[at].length);
  source.scrollTop = Math.max(0, (at - 4) * parseFloat(getComputedStyle(source).lineHeight));
  source.scrollLeft = 0;
}

// What is typed stays in this browser until the server has confirmed just that text.
function remember() {
  try {
    localStorage.setItem(KEY, JSON.stringify({ text: source.value, at: Date.now() }));
  } catch {
    // no room, or not allowed: the server keeps it with the next pause
  }
}
function forget(sent) {
  if (sent === source.value) localStorage.removeItem(KEY);
}
function kept(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}
let other = null;
function restore() {
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith("draft:") && !(Date.now() - kept(key)?.at < OLD)) localStorage.removeItem(key);
  }
  const mine = kept(KEY);
  if (!mine || mine.text === source.value) return localStorage.removeItem(KEY);
  other = source.value;
  source.value = mine.text;
  find("#restored").hidden = false;
}
function swapTexts() {
  [other, source.value] = [source.value, other];
  changed();
  source.dispatchEvent(new Event("input", { bubbles: true }));
}

// Parts of the page come and go; what the author opened stays open, the cursor stays where it is.
let opened = null;
function noteOpened() {
  const variants = all("#preview .variant");
  if (variants.length) opened = variants.map((one) => one.open);
}
function arrive() {
  all("#preview .variant").forEach((one, place) => opened && place < opened.length && (one.open = opened[place]));
  const clashes = new Map(all("#proof [data-clash]").map((one) => [one.dataset.clash, one.textContent]));
  for (const cell of all("[data-clash-of]")) cell.textContent = clashes.get(cell.dataset.clashOf) ?? (find("#proof .measures") ? "0.0 %" : "–");
  mark();
}

let pause = null;
function settle() {
  clearTimeout(pause);
  if (find("#problems .error")) return; // there is nothing to prove
  pause = setTimeout(() => find("#proof").dispatchEvent(new Event("prove")), PAUSE);
}
function changed() {
  number();
  mark();
  remember();
  clearTimeout(pause);
}

source.addEventListener("input", changed);
source.addEventListener("scroll", scroll);
find("#swap-texts").addEventListener("click", swapTexts);
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-goto]");
  if (link) {
    event.preventDefault();
    goTo(+link.dataset.goto);
  }
  if (event.target.closest("[data-again]")) again();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || !event.target.matches("#trial input")) return;
  event.preventDefault();
  find("#answer").click();
});

const sent = new WeakMap();
let triedAgain = false;
const again = () => find("#preview").dispatchEvent(new Event("again"));
document.addEventListener("htmx:beforeRequest", (event) => sent.set(event.detail.xhr, source.value));
document.addEventListener("htmx:beforeSwap", noteOpened);
document.addEventListener("htmx:afterRequest", (event) => {
  const { successful, xhr, target } = event.detail;
  if (!successful) {
    // The token was of a session before this one; the answer brought a new one: try just once by itself.
    if (xhr.status === 403 && !triedAgain) setTimeout(again, 300);
    triedAgain ||= xhr.status === 403;
    return;
  }
  triedAgain = false;
  forget(sent.get(xhr));
  find("#unsent").hidden = true;
  if (target.id !== "preview") return;
  find("#stale").hidden = xhr.getResponseHeader("HX-Reswap") !== "none";
  settle();
});
document.addEventListener("htmx:afterSettle", (event) => {
  arrive();
  if (event.detail.target.id === "trial" && event.detail.requestConfig?.elt?.name === "try") find("#trial input:not([type=hidden])")?.focus();
});
document.addEventListener("htmx:oobAfterSwap", arrive);
for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(name, (event) => (find("#unsent").hidden = event.detail.xhr?.status > 399 && event.detail.xhr.status < 405));
}

restore();
number();
arrive();
addEventListener("load", () => {
  if (other === null) settle();
  else source.dispatchEvent(new Event("input", { bubbles: true })); // the preview is of the text that came back
});
