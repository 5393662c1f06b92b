// Everything works without this file. It makes the way from question to question quick, keeps what was typed,
// and saves taps and clicks: keys, the figure's steps, a grid that behaves like a sheet.
const html = document.documentElement;
const find = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const isTyping = (element) => element.matches("input:not([type=radio], [type=checkbox], [type=range]), textarea, select");
const hasMouse = () => matchMedia("(hover: hover) and (pointer: fine)").matches;

// What was typed stays in this tab until the answer is in.
const key = (form) => "typed:" + form.elements.variant.value.slice(-24);
function keep(form) {
  const typed = {};
  for (const field of form.elements) {
    if (field.type === "text" && field.value) typed[field.name] = field.value;
    if (field.type === "radio" && field.checked) typed[field.name] = field.value;
  }
  sessionStorage.setItem(key(form), JSON.stringify(typed));
}
function restore(form) {
  const typed = JSON.parse(sessionStorage.getItem(key(form)) || "{}");
  for (const field of form.elements) {
    if (!Object.hasOwn(typed, field.name)) continue;
    if (field.type === "radio") field.checked = field.value === typed[field.name];
    else if (field.type === "text" && !field.value) field.value = typed[field.name];
  }
}
function forget() {
  for (const name of Object.keys(sessionStorage)) if (name.startsWith("typed:")) sessionStorage.removeItem(name);
}

// A matrix: arrows move between cells at the ends of the text, a pasted block fills the grid.
const cells = (board) => all("tr", board).map((row) => all("input", row));
function move(event, board) {
  const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  const [down, right] = steps[event.key] || [];
  const cell = event.target;
  if (down === undefined || event.shiftKey || event.altKey || event.ctrlKey || event.metaKey) return;
  if (right < 0 && (cell.selectionStart || cell.selectionEnd)) return;
  if (right > 0 && (cell.selectionStart < cell.value.length || cell.selectionEnd < cell.value.length)) return;
  const grid = cells(board);
  const row = grid.findIndex((inputs) => inputs.includes(cell));
  const next = grid[row + down]?.[grid[row].indexOf(cell) + right];
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.select();
}
function paste(event, board) {
  const text = event.clipboardData.getData("text").trim();
  const rows = text.split(/\r?\n/).map((line) => line.trim().replace(/^[[(]+|[\])]+,?$/g, "").split(/\t|[,、，;]\s*|\s+/));
  if (rows.length < 2 && rows[0].length < 2) return;
  const grid = cells(board);
  const top = grid.findIndex((inputs) => inputs.includes(event.target));
  const left = grid[top].indexOf(event.target);
  if (rows.some((row, r) => row.some((_, c) => !grid[top + r]?.[left + c]))) return; // it would not fit: as it is
  event.preventDefault();
  rows.forEach((row, r) => row.forEach((value, c) => (grid[top + r][left + c].value = value)));
  keep(event.target.form);
}
let lastCell = null;
function changeSign(button) {
  const board = find(".board", button.closest("fieldset"));
  const cell = lastCell && board.contains(lastCell) ? lastCell : find("input", board);
  cell.value = /^[-−－ー]/.test(cell.value) ? cell.value.slice(1) : "-" + cell.value;
  cell.focus();
  keep(cell.form);
}

// The steps of a figure: one at a time, by buttons or the slider.
function stepper(frames) {
  const steps = all("details", frames);
  const controls = find(".step-controls", frames);
  if (!controls || frames.dataset.ready) return;
  frames.dataset.ready = "yes";
  const [back, slider, on] = controls.children;
  const show = (number) => {
    const at = Math.max(0, Math.min(steps.length - 1, number));
    steps.forEach((step, index) => {
      step.hidden = index !== at;
      step.open = index === at;
    });
    slider.value = at;
    slider.setAttribute("aria-valuetext", find("summary", steps[at]).textContent);
    back.disabled = at === 0;
    on.disabled = at === steps.length - 1;
  };
  slider.max = steps.length - 1;
  back.addEventListener("click", () => show(+slider.value - 1));
  on.addEventListener("click", () => show(+slider.value + 1));
  slider.addEventListener("input", () => show(+slider.value));
  controls.hidden = false;
  show(0);
}

function arrive() {
  for (const field of all("input[name=utc_offset_minutes]")) field.value = String(-new Date().getTimezoneOffset());
  const form = find("form[data-keep]");
  if (form) {
    restore(form);
    if (location.pathname === "/") history.replaceState(history.state, "", form.getAttribute("action"));
  }
  if (find(".verdict")) forget();
  all(".frames").forEach(stepper);
  for (const box of all(".formula, pre, .comparison, table")) if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0; // keys scroll it
  for (const button of all("[data-sign], #show-keys")) button.hidden = button.id === "show-keys" ? !find("#keys") : hasMouse();
  const focused = find("[aria-invalid=true]") || find("[data-focus]");
  const first = focused || (hasMouse() && find(".answer .box input"));
  if (first) first.focus({ preventScroll: !focused });
}

document.addEventListener("input", (event) => event.target.form?.matches("[data-keep]") && keep(event.target.form));
document.addEventListener("focusin", (event) => event.target.closest(".board") && (lastCell = event.target));
document.addEventListener("paste", (event) => {
  const board = event.target.closest?.(".board");
  if (board) paste(event, board);
});
document.addEventListener("click", (event) => {
  if (event.target.closest("#show-keys")) find("#keys").showModal();
  const sign = event.target.closest("[data-sign]");
  if (sign) changeSign(sign);
});
document.addEventListener("keydown", (event) => {
  const target = event.target;
  if (event.isComposing || event.keyCode === 229) {
    if (event.key === "Enter") event.preventDefault(); // an input method takes its word
    return;
  }
  const board = target.closest?.(".board");
  if (board) move(event, board);
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || find("dialog[open]")) return;
  const pressable = target.closest?.("a, button, summary, input, textarea, select");
  const next = find("[data-next]");
  if (event.key === "Enter" && next && !pressable) return next.click();
  if (html.dataset.shortcuts === "off" || (pressable && isTyping(target))) return;
  if (event.key === " " && pressable) return;
  const pressed = shortcut(event.key);
  if (pressed) {
    event.preventDefault();
    pressed();
  }
});
function shortcut(name) {
  const button = all("[data-key]").find((one) => one.dataset.key === name);
  if (button) return () => button.click();
  const option = /^[1-4]$/.test(name) && all(".option input")[name - 1];
  if (option) return () => (option.click(), option.focus());
  const place = (selector) => find(selector) && (() => {
    const element = find(selector);
    if ("open" in element) element.open = true;
    element.scrollIntoView();
    (element.matches("details") ? find("summary", element) : element).focus({ preventScroll: true });
  });
  return {
    h: () => find("button[value=hint]")?.click(),
    s: place("#solution"),
    f: place("#flag"),
    "?": find("#keys") && (() => find("#keys").showModal()),
  }[name.toLowerCase()];
}

// htmx comes after the page: the first question does not wait for it.
document.addEventListener("htmx:afterSettle", arrive);
document.addEventListener("submit", (event) => {
  if (event.submitter?.name === "language") event.stopImmediatePropagation(); // the whole page changes, not its body alone
}, true);
document.addEventListener("htmx:sendError", () => (find("#unsent").hidden = false));
addEventListener("load", () => {
  const source = find("meta[name=htmx]");
  if (!source) return;
  const script = document.createElement("script");
  script.src = source.content;
  (window.requestIdleCallback || setTimeout)(() => document.head.append(script));
});
arrive();
