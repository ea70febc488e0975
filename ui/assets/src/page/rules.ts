// The rule room: after a pause in typing the rule is tried, and rows and text follow each other.

const PAUSE = 400;
let timer = 0;
let known = "";

function room(): HTMLFormElement | null {
  return document.querySelector<HTMLFormElement>("form[data-rule]");
}

function held(form: HTMLFormElement, name: string): HTMLInputElement | HTMLTextAreaElement {
  return form.elements.namedItem(name) as HTMLInputElement | HTMLTextAreaElement;
}

/** What stands in the rows, to notice when the server has changed them. */
function rows(form: HTMLFormElement): string {
  const fields = form.querySelectorAll<HTMLInputElement>(".builder-rows :is(input, select)");
  return [...fields].map((one) => `${one.name}=${one.type === "checkbox" && !one.checked ? "" : one.value}`).join("\n");
}

function settle(form: HTMLFormElement, typed: boolean): void {
  window.clearTimeout(timer);
  timer = window.setTimeout(() => {
    if (typed) form.querySelector("#rule-rows")?.dispatchEvent(new Event("written"));
    form.querySelector("#rule-live")?.dispatchEvent(new Event("paused"));
  }, PAUSE);
}

function onInput(event: Event): void {
  const target = event.target as HTMLElement;
  const form = target.closest<HTMLFormElement>("form[data-rule]");
  if (!form || target.closest(".ts-wrapper")) return;
  if (target.matches("[data-insert]")) return insert(form, target as HTMLSelectElement);
  const typed = target.id === "when";
  if (typed) held(form, "by").value = "text";
  else if (target.closest(".builder-rows")) held(form, "by").value = "rows";
  settle(form, typed && event.type === "input");
}

/** Puts a field into the message that was typed in last. */
function insert(form: HTMLFormElement, select: HTMLSelectElement): void {
  const messages = [...form.querySelectorAll<HTMLTextAreaElement>("textarea[name^='message.']")];
  const box = messages.find((one) => one.dataset["last"]) ?? messages[0];
  if (box && select.value) box.setRangeText(`{{ ${select.value} }}`, box.selectionStart, box.selectionEnd, "end");
  select.value = "";
  box?.focus();
  box?.dispatchEvent(new Event("input", { bubbles: true }));
}

function onFocus(event: FocusEvent): void {
  const target = event.target as HTMLElement;
  if (!target.matches("form[data-rule] textarea[name^='message.']")) return;
  for (const one of document.querySelectorAll<HTMLElement>("textarea[data-last]")) delete one.dataset["last"];
  target.dataset["last"] = "yes";
}

function onClick(event: MouseEvent): void {
  const button = (event.target as Element).closest(".builder-rows button");
  const form = button?.closest<HTMLFormElement>("form[data-rule]");
  if (form) held(form, "by").value = "rows";
}

function onSwap(): void {
  const form = room();
  if (!form) return;
  const found = form.querySelector<HTMLElement>("#rule-found");
  if (held(form, "by").value === "rows" && found?.dataset["text"] !== undefined) held(form, "when").value = found.dataset["text"];
  const present = rows(form);
  if (known && known !== present) settle(form, false);
  known = present;
}

export function watchRules(): void {
  document.addEventListener("input", onInput);
  document.addEventListener("change", onInput);
  document.addEventListener("focusin", onFocus);
  document.addEventListener("click", onClick, true);
  document.addEventListener("htmx:after:swap", onSwap);
}
