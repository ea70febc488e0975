// Boards: cards move by dragging or by their menu; the server decides, and a refused card goes back.
import Sortable from "sortablejs";

interface Place {
  lane: Element;
  before: Element | null;
}

const calm = window.matchMedia("(prefers-reduced-motion: reduce)");

function board(): HTMLElement | null {
  return document.querySelector<HTMLElement>("[data-board]");
}

function dialog(): HTMLDialogElement | null {
  return document.querySelector<HTMLDialogElement>("[data-asking]");
}

function say(text: string): void {
  const line = document.querySelector<HTMLElement>("p[data-said]");
  if (line) line.textContent = text;
}

function cardOf(form: HTMLFormElement): HTMLElement | null {
  const id = /\/(\d+)\/board/.exec(form.action)?.[1];
  return document.querySelector<HTMLElement>(`[data-card="${id}"]`);
}

async function send(form: HTMLFormElement, to: string | null): Promise<{ ok: boolean; part: DocumentFragment } | null> {
  const body = new FormData(form);
  if (to !== null) body.set("to", to);
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { "HX-Request": "true" } });
    const page = document.createRange().createContextualFragment(await answer.text());
    return { ok: answer.ok && page.querySelector("div[data-said]") !== null, part: page };
  } catch {
    return null;
  }
}

/** Shows the new counts and the moved card, where it was dropped or else first in its column. */
function settle(card: HTMLElement | null, part: DocumentFragment, to: string): void {
  for (const head of part.querySelectorAll<HTMLElement>("[data-head]")) {
    document.querySelector(`header[data-head="${head.dataset["head"]}"]`)?.replaceChildren(...head.childNodes);
  }
  const fresh = part.querySelector<HTMLElement>("[data-card]");
  const lane = document.querySelector(`[data-stage="${to}"]`);
  if (card && fresh) {
    if (card.parentElement === lane) card.replaceWith(fresh);
    else {
      card.remove();
      lane?.prepend(fresh);
    }
    fresh.querySelector<HTMLElement>("a.what")?.focus({ preventScroll: false });
  }
  say(part.querySelector<HTMLElement>("div[data-said]")?.dataset["said"] ?? "");
}

function open(box: HTMLDialogElement, card: HTMLElement | null): void {
  if (box.open) return;
  // Where the dialog was opened from is where the focus returns to.
  card?.querySelector<HTMLElement>("a.what")?.focus();
  box.showModal();
}

/** Says what went wrong where the server had nothing to ask for. */
function fail(text: string | undefined): void {
  const box = dialog();
  const pattern = document.querySelector<HTMLTemplateElement>("template[data-failed]");
  if (!box || !pattern) return;
  box.replaceChildren(pattern.content.cloneNode(true));
  const line = box.querySelector("[role=alert]");
  if (line && text) line.textContent = text;
  open(box, null);
}

/** Opens the dialog with what the server asks for, or with its reason. */
function ask(part: DocumentFragment, card: HTMLElement | null): void {
  const box = dialog();
  const form = part.querySelector("form[data-move]");
  if (!box || !form) {
    fail(part.querySelector("main, body, h1")?.textContent?.trim());
    return;
  }
  box.replaceChildren(form);
  box.setAttribute("aria-labelledby", "asking-title");
  open(box, card);
  document.dispatchEvent(new CustomEvent("fieldstone:shown"));
  box.querySelector<HTMLElement>(".field input:not([type=hidden]), .field select, .field textarea, input[type=checkbox]")?.focus();
}

async function move(form: HTMLFormElement, to: string, back: Place | null): Promise<void> {
  const card = cardOf(form);
  if (card?.hasAttribute("data-moving")) return;
  card?.setAttribute("data-moving", "");
  const found = await send(form, to);
  card?.removeAttribute("data-moving");
  if (found?.ok) {
    if (dialog()?.open) dialog()?.close();
    settle(card, found.part, to);
    return;
  }
  if (card && back) back.lane.insertBefore(card, back.before);
  if (found) ask(found.part, card);
  else fail(undefined);
}

function place(details: HTMLDetailsElement): void {
  const menu = details.querySelector<HTMLElement>(".float");
  const button = details.querySelector("summary")?.getBoundingClientRect();
  if (!menu || !button || window.innerWidth < 720) return;
  const height = menu.offsetHeight;
  const below = button.bottom + 4 + height <= window.innerHeight;
  menu.style.top = `${below ? button.bottom + 4 : Math.max(8, button.top - height - 4)}px`;
  menu.style.left = `${Math.max(8, Math.min(button.right - menu.offsetWidth, window.innerWidth - menu.offsetWidth - 8))}px`;
}

function sortable(lane: HTMLElement): void {
  let back: Place | null = null;
  Sortable.create(lane, {
    group: "board",
    draggable: ".card",
    filter: ".mover",
    preventOnFilter: false,
    sort: false,
    animation: calm.matches ? 0 : 120,
    // A finger that moves at once scrolls the column; one that rests takes the card.
    delay: 300,
    delayOnTouchOnly: true,
    touchStartThreshold: 6,
    forceFallback: true,
    fallbackOnBody: true,
    fallbackTolerance: 5,
    chosenClass: "chosen",
    ghostClass: "ghost",
    dragClass: "dragged",
    onStart: ({ item, from }) => {
      back = { lane: from, before: item.nextElementSibling };
    },
    onEnd: ({ item, from, to }) => {
      const form = item.querySelector<HTMLFormElement>("form[data-move]");
      const stage = to.dataset["stage"];
      if (from === to || !form || !stage) return;
      void move(form, stage, back);
    },
  });
}

function enhance(): void {
  // Who may not move cards has no menu on them either.
  if (!document.querySelector("[data-board] .mover")) return;
  for (const lane of document.querySelectorAll<HTMLElement>("[data-board] [data-stage]:not([data-sorts])")) {
    lane.dataset["sorts"] = "yes";
    sortable(lane);
  }
}

function watch(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (!form.matches("form[data-move]") || !board()) return;
    event.preventDefault();
    const button = event.submitter as HTMLButtonElement | null;
    const named = form.elements.namedItem("to");
    const to = button?.name === "to" ? button.value : named instanceof HTMLInputElement ? named.value : "";
    const drop = form.closest("details");
    if (drop) drop.open = false;
    if (to) void move(form, to, null);
  }, true);
  document.addEventListener("click", (event) => {
    const cancel = (event.target as Element).closest("[data-cancel]");
    if (!cancel || !dialog()?.contains(cancel)) return;
    event.preventDefault();
    dialog()?.close();
  });
  document.addEventListener("toggle", (event) => {
    const drop = event.target as HTMLDetailsElement;
    if (drop.matches?.("details.mover") && drop.open) place(drop);
  }, true);
  document.addEventListener("scroll", (event) => {
    if (!(event.target as Element).matches?.(".board, .cards")) return;
    for (const open of document.querySelectorAll<HTMLDetailsElement>("details.mover[open]")) open.open = false;
  }, { capture: true, passive: true });
}

watch();
enhance();
document.addEventListener("htmx:after:swap", enhance);
