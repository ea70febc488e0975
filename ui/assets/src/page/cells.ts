// Cells that are edited in place: the form's own control, sent when one leaves it; a refusal stands beside it.

import { beside, cellOf, goTo, gridOf } from "./grid";

type Cell = HTMLTableCellElement;
type Way = "right" | "left" | "down" | "stay" | null;

interface Editor {
  cell: Cell;
  form: HTMLFormElement;
  began: string;
}

const REFRESH = { "HX-Request": "true" };

let editor: Editor | null = null;
/** What was typed and refused, by cell, to be taken up again. */
let refused = new WeakMap<Cell, HTMLFormElement>();

function part(text: string): DocumentFragment {
  return document.createRange().createContextualFragment(text);
}

function addressOf(cell: Cell): string {
  const record = cell.closest<HTMLElement>("tr[data-record]")?.dataset["record"] ?? "";
  return `${gridOf(cell)?.dataset["cells"]}/${record}/cell/${cell.dataset["column"]}`;
}

function contents(form: HTMLFormElement): string {
  return JSON.stringify([...new FormData(form)].map(([name, value]) => [name, String(value)]));
}

function focusIn(form: HTMLFormElement): void {
  const chosen = form.querySelector<HTMLElement>("input[type=radio]:checked");
  const goal = chosen ?? form.querySelector<HTMLElement>(
    ".ts-control input, input:not([type=hidden]):not(.ts-hidden-accessible), select:not([data-picker]), textarea",
  );
  goal?.focus();
  if (goal instanceof HTMLInputElement && /text|tel|url|email/.test(goal.type)) goal.select();
}

/** Puts the editor over the value, which stays below so that no column changes its width. */
function enter(cell: Cell, form: HTMLFormElement): void {
  const under = document.createElement("span");
  under.className = "under";
  under.append(...cell.childNodes);
  cell.dataset["editing"] = "";
  cell.append(under, form);
  document.dispatchEvent(new CustomEvent("fieldstone:shown"));
  editor = { cell, form, began: form.dataset["began"] ?? contents(form) };
  form.dataset["began"] = editor.began;
  focusIn(form);
}

function leave(cell: Cell, form: HTMLFormElement): void {
  form.remove();
  const under = cell.querySelector(":scope > .under");
  if (under) under.replaceWith(...under.childNodes);
  delete cell.dataset["editing"];
}

function letBe(cell: Cell): void {
  const frame = cell.closest(".frame");
  for (const box of frame?.querySelectorAll<HTMLElement>(".cell-told") ?? []) {
    if (owners.get(box) === cell) box.remove();
  }
  delete cell.dataset["refused"];
}

const owners = new WeakMap<HTMLElement, Cell>();

/** Says something beside a cell: why it does not open, or why what was typed was not written. */
function tell(cell: Cell, lines: Node[], role: "alert" | "status", again: boolean): void {
  const frame = cell.closest<HTMLElement>(".frame");
  const pattern = frame?.querySelector<HTMLTemplateElement>("template[data-told]");
  const box = pattern?.content.firstElementChild?.cloneNode(true) as HTMLElement | undefined;
  if (!frame || !box) return;
  letBe(cell);
  box.role = role;
  box.querySelector("[data-why]")?.replaceChildren(...lines);
  if (!again) box.querySelector("[data-again]")?.remove();
  owners.set(box, cell);
  frame.append(box);
  const [inner, at] = [frame.getBoundingClientRect(), cell.getBoundingClientRect()];
  const left = at.left - inner.left + frame.scrollLeft;
  const most = frame.scrollLeft + frame.clientWidth - box.offsetWidth - 8;
  box.style.top = `${at.bottom - inner.top + frame.scrollTop + 2}px`;
  box.style.left = `${Math.max(frame.scrollLeft + 8, Math.min(left, most))}px`;
  box.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function failed(cell: Cell): Node {
  const line = document.createElement("p");
  line.dataset["reason"] = "";
  line.textContent = cell.closest(".frame")?.querySelector<HTMLTemplateElement>("template[data-failed]")?.content.textContent ?? "";
  return line;
}

function line(text: string): HTMLElement {
  const found = document.createElement("p");
  found.dataset["reason"] = "";
  found.textContent = text;
  return found;
}

async function edit(cell: Cell): Promise<void> {
  if (!cell.matches("td[data-column]") || cell.dataset["editing"] !== undefined || cell.hasAttribute("aria-busy")) return;
  if (editor) await commit(null);
  const column = CSS.escape(cell.dataset["column"] ?? "");
  const why = gridOf(cell)?.querySelector<HTMLElement>(`th[data-column="${column}"]`)?.dataset["why"];
  if (why) return tell(cell, [line(why)], "status", false);
  const kept = refused.get(cell);
  letBe(cell);
  if (kept) return enter(cell, kept);
  cell.setAttribute("aria-busy", "true");
  let found: DocumentFragment | null = null;
  try {
    const answer = await fetch(addressOf(cell), { headers: REFRESH });
    if (answer.headers.get("HX-Redirect")) location.reload();
    found = part(await answer.text());
  } catch {
    found = null;
  }
  cell.removeAttribute("aria-busy");
  const form = found?.querySelector<HTMLFormElement>("form[data-editor]");
  if (form && cell.isConnected) return enter(cell, form);
  const reasons = [...(found?.querySelectorAll("[data-reason]") ?? [])];
  tell(cell, reasons.length ? reasons : [failed(cell)], "status", false);
}

function go(cell: Cell, way: Way): void {
  if (way === "right" || way === "left") goTo(beside(cell, 0, way === "right" ? 1 : -1));
  else if (way === "down") goTo(beside(cell, 1, 0));
  else if (way === "stay") goTo(cell);
}

/** The row as the server says it is now; cells that are being edited stay. */
function refresh(row: HTMLTableRowElement, found: DocumentFragment): void {
  for (const fresh of found.querySelectorAll<HTMLTableCellElement>("td[data-column]")) {
    const name = CSS.escape(fresh.dataset["column"] ?? "");
    const cell = row.querySelector<HTMLElement>(`td[data-column="${name}"]`);
    if (!cell || cell.dataset["editing"] !== undefined) continue;
    for (const link of fresh.querySelectorAll<HTMLAnchorElement>("a")) {
      link.tabIndex = -1;
      // The way to the record remembers the list that it is on; the answer knows of the cell alone.
      const before = cell.querySelector<HTMLAnchorElement>("a[href]");
      if (before && before.pathname === link.pathname) link.href = before.href;
    }
    cell.className = fresh.className;
    // The box that chooses the row stays as it is ticked.
    cell.replaceChildren(...cell.querySelectorAll(":scope > .pick"), ...fresh.childNodes);
  }
  row.classList.toggle("gone", found.querySelector("[data-gone]") !== null);
}

async function send(cell: Cell, form: HTMLFormElement): Promise<void> {
  const body = new FormData(form);
  const heads = gridOf(cell)?.querySelectorAll<HTMLElement>("thead th[data-column]") ?? [];
  body.set("cell.columns", [...heads].map((one) => one.dataset["column"]).join(","));
  let answer: Response | null = null;
  let found: DocumentFragment | null = null;
  try {
    answer = await fetch(form.action, { method: "POST", body, headers: REFRESH });
    found = part(await answer.text());
  } catch {
    answer = null;
  }
  cell.removeAttribute("aria-busy");
  form.inert = false;
  leave(cell, form);
  const row = cell.closest("tr");
  if (row && found) refresh(row, found);
  const gone = found?.querySelector("[data-gone]");
  if (answer?.ok) {
    refused.delete(cell);
    if (gone) tell(cell, [gone], "status", false);
    return;
  }
  refuse(cell, form, found);
}

function refuse(cell: Cell, form: HTMLFormElement, found: DocumentFragment | null): void {
  const reasons = [...(found?.querySelectorAll<HTMLElement>("[data-reason], [data-mine]") ?? [])];
  const taken = reasons.find((one) => one.dataset["version"]);
  // The next try knows of the other's value: sent again, it replaces it.
  for (const name of ["version", "before"] as const) {
    const input = form.elements.namedItem(`cell.${name}`);
    if (taken && input instanceof HTMLInputElement) input.value = taken.dataset[name] ?? "";
  }
  form.dataset["began"] = "";
  refused.set(cell, form);
  cell.dataset["refused"] = "";
  tell(cell, reasons.some((one) => "reason" in one.dataset) ? reasons : [failed(cell)], "alert", true);
}

/** Sends what was typed, and goes on without waiting for the answer. */
async function commit(way: Way): Promise<void> {
  if (!editor) return;
  const { cell, form, began } = editor;
  editor = null;
  if (contents(form) === began) {
    leave(cell, form);
    go(cell, way);
    return;
  }
  cell.setAttribute("aria-busy", "true");
  const sent = send(cell, form);
  form.inert = true;
  go(cell, way);
  await sent;
}

function restore(): void {
  if (!editor) return;
  const { cell, form } = editor;
  editor = null;
  refused.delete(cell);
  leave(cell, form);
  goTo(cell);
}

/** Tags are pressed one by one: the arrows go through them. */
function throughTags(event: KeyboardEvent): boolean {
  const box = (event.target as Element).closest(".tagbox");
  const step = event.key === "ArrowRight" || event.key === "ArrowDown" ? 1 : event.key.startsWith("Arrow") ? -1 : 0;
  if (!box || !step) return false;
  const all = [...box.querySelectorAll<HTMLElement>("input[type=checkbox]")];
  all[(all.indexOf(event.target as HTMLElement) + step + all.length) % all.length]?.focus();
  return true;
}

function editorKey(event: KeyboardEvent): void {
  const choosing = editor?.form.querySelector(".ts-wrapper.dropdown-active") && event.key === "Enter" && event.defaultPrevented;
  if (choosing) return;
  if (event.key === "Escape") restore();
  else if (event.key === "Tab") void commit(event.shiftKey ? "left" : "right");
  else if (event.key === "Enter" && !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey) void commit("down");
  else if (event.target instanceof HTMLInputElement && event.target.type === "radio") return event.stopPropagation();
  else if (!throughTags(event)) return;
  event.preventDefault();
  event.stopPropagation();
}

function onKey(event: KeyboardEvent): void {
  // While an input method composes, every key is its own: also Enter, which chooses characters.
  if (event.isComposing || event.keyCode === 229) return;
  const target = event.target as Element;
  if (editor?.form.contains(target)) return editorKey(event);
  const cell = cellOf(target);
  if (event.defaultPrevented || !cell?.matches("td[data-column]")) return;
  if ((event.key === "Enter" && event.shiftKey) && target === cell) {
    event.preventDefault();
    cell.closest("tr")?.querySelector<HTMLElement>("td[data-column] a")?.click();
  } else if ((event.key === "Enter" || event.key === "F2") && target === cell) {
    event.preventDefault();
    void edit(cell);
  } else if (event.key === "Escape") {
    refused.delete(cell);
    letBe(cell);
  }
}

function onClick(event: MouseEvent): void {
  const button = (event.target as Element).closest<HTMLElement>(".cell-told button");
  const box = button?.closest<HTMLElement>(".cell-told");
  const cell = box ? owners.get(box) : undefined;
  if (!button || !cell) return;
  if (button.dataset["again"] !== undefined) void edit(cell);
  else {
    refused.delete(cell);
    letBe(cell);
    goTo(cell);
  }
}

/** Who presses elsewhere means what was typed. */
function onFocusOut(): void {
  const left = editor;
  window.setTimeout(() => {
    if (editor && editor === left && document.hasFocus() && !editor.form.contains(document.activeElement)) void commit(null);
  });
}

export function watchCells(): void {
  document.addEventListener("keydown", onKey);
  document.addEventListener("keydown", (event) => {
    // A picker keeps Esc and Tab for itself; here they end the editing.
    const own = event.key === "Escape" || event.key === "Tab";
    if (own && !event.isComposing && event.keyCode !== 229 && editor?.form.contains(event.target as Node)) editorKey(event);
  }, true);
  document.addEventListener("dblclick", (event) => {
    const cell = cellOf(event.target);
    if (cell && !(event.target as Element).closest("a, [data-editor]")) void edit(cell);
  });
  document.addEventListener("submit", (event) => {
    if (!(event.target as Element).matches("form[data-editor]")) return;
    event.preventDefault();
    void commit("stay");
  }, true);
  document.addEventListener("click", onClick);
  document.addEventListener("focusout", onFocusOut);
}
