// Widths: columns made wider and narrower by dragging their edge or by their menu, kept on the server.

const NARROWEST = 56;
const WIDEST = 960;
const LATER = 300;

const sheet = new CSSStyleSheet();
const waiting = new Map<string, number>();

interface Drag {
  head: HTMLElement;
  from: number;
  width: number;
}

let drag: Drag | null = null;

function table(): HTMLTableElement | null {
  return document.querySelector<HTMLTableElement>("table[data-cells]");
}

function heads(): HTMLElement[] {
  return [...(table()?.querySelectorAll<HTMLElement>("thead th[data-column]") ?? [])];
}

/** Gives the columns their widths: by rules of a sheet made here, so that cells that come later have them. */
export function applyWidths(): void {
  if (!document.adoptedStyleSheets.includes(sheet)) document.adoptedStyleSheets.push(sheet);
  const found = heads();
  const sized = found.filter((one) => one.dataset["width"]);
  const rules = sized.map((one) => {
    const width = `${Number(one.dataset["width"])}px`;
    const name = CSS.escape(one.dataset["column"] ?? "");
    return `table[data-cells] [data-column="${name}"] { width: ${width}; min-width: ${width}; max-width: ${width}; }`;
  });
  sheet.replaceSync(`@media (min-width: 720px) { ${rules.join("\n")} }`);
  table()?.toggleAttribute("data-all-sized", found.length > 0 && sized.length === found.length);
  const frame = table()?.closest<HTMLElement>(".frame");
  const first = table()?.querySelector<HTMLElement>("thead th");
  if (!frame || !first) return;
  // What is gone to by keyboard never hides below what stays in view.
  frame.style.scrollPaddingLeft = `${first.offsetWidth}px`;
  frame.style.scrollPaddingTop = `${first.offsetHeight}px`;
}

function setWidth(head: HTMLElement, width: number): void {
  head.dataset["width"] = String(Math.round(Math.min(WIDEST, Math.max(NARROWEST, width))));
  applyWidths();
}

function keep(head: HTMLElement): void {
  const grid = table();
  const column = head.dataset["column"] ?? "";
  if (!grid) return;
  const body = new FormData();
  body.set("column", column);
  body.set("view", grid.dataset["view"] ?? "");
  body.set("width", head.dataset["width"] ?? "");
  window.clearTimeout(waiting.get(column));
  waiting.delete(column);
  const token = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
  // A width that could not be kept is seen all the same; the next one is sent again.
  fetch(`${grid.dataset["cells"]}/widths`, { method: "POST", body, keepalive: true, headers: { "X-CSRF-Token": token } })
    .catch(() => undefined);
}

function keepLater(head: HTMLElement): void {
  const column = head.dataset["column"] ?? "";
  window.clearTimeout(waiting.get(column));
  waiting.set(column, window.setTimeout(() => keep(head), LATER));
}

/** As wide as its widest cell: measured with nothing that holds it. */
function fit(head: HTMLElement): void {
  const name = CSS.escape(head.dataset["column"] ?? "");
  const probe = new CSSStyleSheet();
  probe.replaceSync(
    `table[data-cells] { width: auto !important; }
     table[data-cells] [data-column="${name}"] { width: auto !important; min-width: 0 !important; max-width: none !important; }`,
  );
  document.adoptedStyleSheets.push(probe);
  const width = Math.ceil(head.getBoundingClientRect().width);
  document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== probe);
  setWidth(head, width);
  keep(head);
}

function headOf(target: EventTarget | null): HTMLElement | null {
  return (target as Element | null)?.closest?.<HTMLElement>("thead th[data-column]") ?? null;
}

function startDrag(event: PointerEvent): void {
  const edge = event.target as HTMLElement;
  const head = headOf(edge);
  if (!edge.matches?.("[data-edge]") || !head || event.button !== 0) return;
  event.preventDefault();
  edge.setPointerCapture(event.pointerId);
  edge.dataset["dragged"] = "";
  drag = { head, from: event.clientX, width: head.offsetWidth };
}

function endDrag(event: PointerEvent): void {
  if (!drag) return;
  const { head, from } = drag;
  drag = null;
  head.querySelector("[data-edge]")?.removeAttribute("data-dragged");
  if (event.type === "pointerup" && Math.abs(event.clientX - from) > 1) keep(head);
}

let opener: HTMLElement | null = null;

function menu(): HTMLElement | null {
  return document.getElementById("column-menu");
}

export function openColumnMenu(button: HTMLElement): void {
  const box = menu();
  if (!box) return;
  closeMenu(false);
  opener = button;
  button.setAttribute("aria-expanded", "true");
  box.setAttribute("aria-label", button.getAttribute("aria-label") ?? "");
  box.hidden = false;
  const at = button.getBoundingClientRect();
  box.style.top = `${at.bottom + 4}px`;
  box.style.left = `${Math.max(8, Math.min(at.right - box.offsetWidth, window.innerWidth - box.offsetWidth - 8))}px`;
  box.querySelector("button")?.focus();
}

function closeMenu(back: boolean): void {
  const box = menu();
  if (box) box.hidden = true;
  opener?.removeAttribute("aria-expanded");
  if (back) opener?.focus();
  opener = null;
}

function hide(head: HTMLElement): void {
  const name = head.dataset["column"] ?? "";
  const box = document.querySelector<HTMLInputElement>(`.chooser input[value="${CSS.escape(name)}"]`);
  if (!box?.checked) return;
  box.checked = false;
  box.dispatchEvent(new Event("change", { bubbles: true }));
}

function onMenu(button: HTMLElement): void {
  const head = headOf(opener);
  if (!head) return;
  if (button.dataset["wider"]) {
    setWidth(head, head.offsetWidth + Number(button.dataset["wider"]));
    keepLater(head);
    return;
  }
  closeMenu(true);
  if (button.dataset["fit"] !== undefined) fit(head);
  if (button.dataset["hide"] !== undefined) hide(head);
}

function onClick(event: MouseEvent): void {
  const target = event.target as Element;
  const button = target.closest<HTMLElement>("[data-column-menu]");
  if (button) {
    if (button === opener) closeMenu(true);
    else openColumnMenu(button);
    return;
  }
  const item = target.closest<HTMLElement>("#column-menu button");
  if (item) onMenu(item);
  else if (opener) closeMenu(false);
}

function onKey(event: KeyboardEvent): void {
  const box = menu();
  if (!box || box.hidden || event.isComposing || !box.contains(event.target as Node)) return;
  const items = [...box.querySelectorAll<HTMLElement>("button")];
  const at = items.indexOf(event.target as HTMLElement);
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    items[(at + (event.key === "ArrowDown" ? 1 : items.length - 1)) % items.length]?.focus();
  } else if (event.key === "Escape" || event.key === "Tab") closeMenu(true);
  else return;
  event.preventDefault();
}

export function watchWidths(): void {
  document.addEventListener("pointerdown", startDrag);
  document.addEventListener("pointermove", (event) => {
    if (drag) setWidth(drag.head, drag.width + event.clientX - drag.from);
  });
  document.addEventListener("pointerup", endDrag);
  document.addEventListener("pointercancel", endDrag);
  document.addEventListener("dblclick", (event) => {
    const head = headOf(event.target);
    if (head && (event.target as Element).matches("[data-edge]")) fit(head);
  });
  document.addEventListener("click", onClick);
  document.addEventListener("keydown", onKey);
}
