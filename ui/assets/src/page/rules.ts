// Rules and cards: after a pause in typing they are tried, and fields are put into messages.

const PAUSE = 400;
let timer = 0;

function onInput(event: Event): void {
  const target = event.target as HTMLElement;
  const form = target.closest<HTMLFormElement>("form:is([data-rule], [data-card])");
  if (!form || target.closest(".ts-wrapper")) return;
  if (target.matches("[data-insert]")) return insert(form, target as HTMLSelectElement);
  window.clearTimeout(timer);
  timer = window.setTimeout(() => form.querySelector("[data-live]")?.dispatchEvent(new Event("paused")), PAUSE);
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

export function watchRules(): void {
  document.addEventListener("input", onInput);
  document.addEventListener("change", onInput);
  document.addEventListener("focusin", onFocus);
}
