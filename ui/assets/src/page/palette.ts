// The palette: Ctrl or Cmd K from any page; what fits comes from the server, the arrows choose.

const KEPT = 8;
let turn = 0;
let waiting: number | undefined;

function box(): HTMLDialogElement | null {
  return document.querySelector<HTMLDialogElement>("dialog[data-palette]");
}

function input(): HTMLInputElement | null {
  return box()?.querySelector<HTMLInputElement>("input[name=q]") ?? null;
}

function options(): HTMLElement[] {
  return [...(box()?.querySelectorAll<HTMLElement>("[role=option]") ?? [])];
}

/** Which records were looked at last is kept in the browser by name alone; their titles are asked for. */
function key(): string {
  return `recent:${box()?.dataset["palette"] ?? ""}`;
}

function recent(): string[] {
  try {
    return (localStorage.getItem(key()) ?? "").split(",").filter(Boolean);
  } catch {
    return [];
  }
}

export function remember(): void {
  const now = document.querySelector<HTMLElement>("[data-recent]")?.dataset["recent"];
  if (!now || !box()) return;
  try {
    localStorage.setItem(key(), [now, ...recent().filter((one) => one !== now)].slice(0, KEPT).join(","));
  } catch {
    // A browser that keeps nothing has no recent records.
  }
}

function choose(at: number): void {
  const all = options();
  all.forEach((one, place) => {
    one.id = `palette-${place}`;
    one.setAttribute("aria-selected", String(place === at));
  });
  if (all[at]) {
    input()?.setAttribute("aria-activedescendant", `palette-${at}`);
    all[at].scrollIntoView({ block: "nearest" });
  } else input()?.removeAttribute("aria-activedescendant");
}

function chosen(): number {
  return options().findIndex((one) => one.getAttribute("aria-selected") === "true");
}

async function look(): Promise<void> {
  const found = box()?.querySelector<HTMLElement>(".found");
  const path = box()?.dataset["palette"];
  if (!found || !path) return;
  const mine = ++turn;
  const typed = input()?.value.trim() ?? "";
  const asked: Record<string, string> = typed ? { q: typed } : { recent: recent().join(",") };
  try {
    const answer = await fetch(`${path}?${new URLSearchParams(asked)}`, { headers: { "HX-Request": "true" } });
    const text = await answer.text();
    if (mine !== turn || !answer.ok) return;
    found.replaceChildren(document.createRange().createContextualFragment(text));
    choose(typed ? 0 : -1);
  } catch {
    // Without an answer Enter still leads to the page of the search.
  }
}

export function openPalette(): boolean {
  const dialog = box();
  if (!dialog) return false;
  if (document.querySelector("dialog[open]")) return true;
  const field = input();
  if (field) field.value = "";
  // What was found before is not offered again: an arrow would choose what the answer takes away.
  dialog.querySelector(".found")?.replaceChildren();
  choose(-1);
  dialog.showModal();
  field?.focus();
  void look();
  return true;
}

function onKey(event: KeyboardEvent): void {
  if (event.isComposing) return;
  const many = options().length;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const step = event.key === "ArrowDown" ? 1 : -1;
    const at = chosen();
    if (many) choose(at < 0 && step < 0 ? many - 1 : (at + step + many) % many);
  } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
    const one = options()[chosen()];
    if (!one) return;
    event.preventDefault();
    one.click();
  }
}

export function watchPalette(): void {
  const dialog = box();
  dialog?.addEventListener("keydown", onKey);
  dialog?.addEventListener("input", () => {
    window.clearTimeout(waiting);
    turn++;
    choose(-1);
    waiting = window.setTimeout(() => void look(), 120);
  });
  dialog?.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
}
