// Forms: a question before typed words are lost, one sending a click, and choices that send at once.

const dirty = new WeakSet<HTMLFormElement>();

function guarded(): HTMLFormElement[] {
  return [...document.querySelectorAll<HTMLFormElement>("form[data-guard]")];
}

function onInput(event: Event): void {
  const form = (event.target as Element).closest<HTMLFormElement>("form[data-guard]");
  if (form) dirty.add(form);
}

/** A form that another choice made anew holds what was typed before. */
function onSwap(event: Event): void {
  const { target } = (event as CustomEvent<{ ctx: { target: Element | string } }>).detail.ctx;
  const present = target instanceof Element && target.id ? document.getElementById(target.id) : null;
  if (present instanceof HTMLFormElement && present.matches("form[data-guard]")) dirty.add(present);
}

function onSubmit(event: SubmitEvent): void {
  const form = event.target as HTMLFormElement;
  if (event.defaultPrevented) return;
  if (form.dataset["sent"]) {
    event.preventDefault();
    return;
  }
  const question = event.submitter?.getAttribute("data-ask") ?? form.dataset["ask"];
  if (question && !window.confirm(question)) {
    event.preventDefault();
    return;
  }
  dirty.delete(form);
  if (form.method === "post" && !form.hasAttribute("hx-post")) form.dataset["sent"] = "yes";
}

function onChange(event: Event): void {
  const target = event.target as HTMLElement;
  if (target.matches("[data-send]")) target.closest("form")?.requestSubmit();
}

export function watchForms(): void {
  document.addEventListener("input", onInput);
  document.addEventListener("change", (event) => {
    onInput(event);
    onChange(event);
  });
  document.addEventListener("submit", onSubmit);
  document.addEventListener("htmx:after:swap", onSwap);
  window.addEventListener("beforeunload", (event) => {
    if (guarded().some((form) => dirty.has(form))) event.preventDefault();
  });
  // A page that comes back from the browser's memory may send again.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll<HTMLFormElement>("form[data-sent]")) delete form.dataset["sent"];
  });
}
