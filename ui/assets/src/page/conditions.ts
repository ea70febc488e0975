// Conditions of the Studio: rows and text follow each other, and what they say is checked in a pause.

const PAUSE = 400;
const timers = new WeakMap<Element, number>();

function boxOf(event: Event): HTMLElement | null {
  return (event.target as Element).closest<HTMLElement>("[data-condition]");
}

function kind(box: HTMLElement): HTMLInputElement | null {
  return box.querySelector<HTMLInputElement>("input[name$='.as']");
}

function text(box: HTMLElement): HTMLTextAreaElement | null {
  return box.querySelector<HTMLTextAreaElement>(".condition-sides textarea");
}

/** Rows or text were typed last: the other follows after a pause. */
function typed(box: HTMLElement, by: "rows" | "text"): void {
  const held = kind(box);
  if (held) held.value = by;
  window.clearTimeout(timers.get(box));
  const timer = window.setTimeout(() => {
    if (by === "text") box.querySelector("[data-rows]")?.dispatchEvent(new Event("written"));
    box.querySelector(".said")?.dispatchEvent(new Event("paused"));
  }, PAUSE);
  timers.set(box, timer);
}

function onInput(event: Event): void {
  const box = boxOf(event);
  if (!box) return;
  const target = event.target as Element;
  if (target === text(box)) {
    if (event.type === "input") typed(box, "text");
  } else if (target.closest(".builder-rows")) typed(box, "rows");
}

/** The text as it was probably meant takes the place of what was typed. */
function correct(button: HTMLElement, box: HTMLElement): void {
  const written = text(box);
  if (!written) return;
  written.value = button.dataset["correct"] ?? "";
  written.focus();
  typed(box, "text");
  box.dispatchEvent(new Event("change", { bubbles: true }));
}

function onClick(event: MouseEvent): void {
  const offered = (event.target as Element).closest<HTMLElement>("[data-correct]");
  const about = offered && boxOf(event);
  if (offered && about) return correct(offered, about);
  const box = (event.target as Element).closest(".builder-rows button") ? boxOf(event) : null;
  const held = box && kind(box);
  if (held) held.value = "rows";
}

interface Sent {
  ctx: { target: Element | string; sourceElement: Element; sourceEvent?: Event };
}

/** Rows do not follow a text that is not what was typed last any more. */
function onRequest(event: Event): void {
  const { sourceElement } = (event as CustomEvent<Sent>).detail.ctx;
  const box = sourceElement.matches("[data-rows]") ? boxOf(event) : null;
  if (box && kind(box)?.value !== "text") event.preventDefault();
}

function onSwap(event: Event): void {
  const { target, sourceEvent } = (event as CustomEvent<Sent>).detail.ctx;
  if (!(target instanceof Element)) return;
  // What was swapped is another element by now, of the same id.
  const present = target.id ? document.getElementById(target.id) : null;
  const box = present?.closest<HTMLElement>("[data-condition]");
  if (!present || !box || kind(box)?.value !== "rows") return;
  if (present.matches(".said")) {
    const said = present.querySelector<HTMLElement>("[data-text]");
    const written = text(box);
    if (said && written) written.value = said.dataset["text"] ?? "";
  } else if (sourceEvent?.type === "click" || sourceEvent?.type === "change") {
    // Rows that the server changed are a change like one that is typed.
    typed(box, "rows");
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

export function watchConditions(): void {
  document.addEventListener("input", onInput);
  document.addEventListener("change", onInput);
  document.addEventListener("click", onClick, true);
  document.addEventListener("htmx:config:request", onRequest);
  document.addEventListener("htmx:after:swap", onSwap);
}
