// Tips: what a grid cuts off, whole, and what a value means, while the pointer or the focus is on it.

const GAP = 4;

let tip: HTMLElement | null = null;
let owner: HTMLElement | null = null;

function cellOf(target: EventTarget | null): HTMLElement | null {
  return (target as Element | null)?.closest?.<HTMLElement>("table.grid td, table.grid th") ?? null;
}

function isCut(cell: HTMLElement): boolean {
  const parts = [cell, ...cell.querySelectorAll<HTMLElement>("a, .cut, .prose, .mark, .marks")];
  return parts.some((one) => one.clientWidth > 0 && one.scrollWidth > one.clientWidth + 1);
}

/** What the browser's own hint would say; taken from it, since it says so to the pointer alone. */
function hints(cell: HTMLElement): string[] {
  for (const one of cell.querySelectorAll<HTMLElement>("[title]")) {
    one.dataset["hint"] = one.title;
    one.removeAttribute("title");
  }
  const found = [cell, ...cell.querySelectorAll<HTMLElement>("[data-hint]")].map((one) => one.dataset["hint"] ?? "");
  return [...new Set(found.filter(Boolean))];
}

function said(cell: HTMLElement): string {
  const marks = [...cell.querySelectorAll<HTMLElement>(".mark")].map((one) => one.textContent?.trim() ?? "");
  const words = cell.querySelector(".person .cut") ?? cell.querySelector(":scope > a, .named > a, :scope > span") ?? cell;
  return marks.length > 1 ? marks.join(" · ") : (words.textContent ?? "").trim();
}

function hide(): void {
  tip?.remove();
  owner?.removeAttribute("aria-describedby");
  tip = owner = null;
}

function place(box: HTMLElement, cell: HTMLElement): void {
  const at = cell.getBoundingClientRect();
  const below = at.bottom + GAP + box.offsetHeight <= window.innerHeight;
  box.style.top = `${below ? at.bottom + GAP : Math.max(GAP, at.top - GAP - box.offsetHeight)}px`;
  box.style.left = `${Math.max(GAP, Math.min(at.left, window.innerWidth - box.offsetWidth - GAP))}px`;
}

function show(cell: HTMLElement): void {
  if (cell === owner) return;
  hide();
  if (cell.dataset["editing"] !== undefined) return;
  const extra = hints(cell);
  const whole = said(cell);
  const lines = [...(isCut(cell) ? [whole] : []), ...extra.filter((one) => one !== whole)];
  if (lines.length === 0) return;
  tip = document.createElement("div");
  tip.className = "tip";
  tip.id = "tip";
  tip.role = "tooltip";
  tip.textContent = lines.join("\n");
  document.body.append(tip);
  place(tip, cell);
  owner = cell;
  cell.setAttribute("aria-describedby", "tip");
}

export function watchTips(): void {
  document.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch" || tip?.contains(event.target as Node)) return;
    const cell = cellOf(event.target);
    if (cell) show(cell);
    else if (!owner?.contains(document.activeElement)) hide();
  });
  document.addEventListener("focusin", (event) => {
    const cell = cellOf(event.target);
    if (cell) show(cell);
    else hide();
  });
  document.addEventListener("focusout", hide);
  document.addEventListener("scroll", (event) => {
    if (event.target !== tip && owner && tip) place(tip, owner);
  }, { capture: true, passive: true });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" || event.key === "Enter" || event.key === "F2") hide();
  });
  document.addEventListener("htmx:after:swap", hide);
}
