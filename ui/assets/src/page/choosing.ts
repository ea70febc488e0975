// Choosing rows of a list: the boxes, the bar that counts them, and the dialog of a bulk change.

const ROW = 'input[name="bulk.id"][form="bulk"]';

let last: HTMLInputElement | null = null;

function bar(): HTMLFormElement | null {
  return document.querySelector<HTMLFormElement>("form[data-bulk]");
}

function boxes(): HTMLInputElement[] {
  return [...document.querySelectorAll<HTMLInputElement>(ROW)];
}

function everything(): HTMLInputElement | null {
  return bar()?.querySelector<HTMLInputElement>('[name="bulk.all"]') ?? null;
}

function written(words: string | undefined, number: number): string {
  return (words ?? "").replace("{}", number.toLocaleString(document.documentElement.lang));
}

/** Says how many are chosen, and how many of these may not be changed. */
function tell(): void {
  const form = bar();
  const said = form?.querySelector<HTMLElement>("[data-bulk-said]");
  const all = everything();
  if (!form || !said || !all) return;
  const rows = boxes();
  const chosen = rows.filter((one) => one.checked);
  const offered = form.querySelector<HTMLElement>("[data-bulk-all]");
  // In a list grouped by tags a record may stand twice.
  const different = (some: HTMLInputElement[]): number => new Set(some.map((one) => one.value)).size;
  let fixed = different(chosen.filter((one) => "fixed" in one.dataset));
  let text = written(said.dataset["words"], different(chosen));
  if (all.value && offered) {
    fixed = Number(offered.dataset["fixed"]);
    text = offered.dataset["said"] ?? "";
  }
  said.textContent = fixed ? `${text} · ${written(said.dataset["fixedWords"], fixed)}` : text;
  form.hidden = chosen.length === 0;
  const whole = rows.length > 0 && chosen.length === rows.length;
  const page = document.querySelector<HTMLInputElement>("[data-bulk-page]");
  if (page) {
    page.checked = whole;
    page.indeterminate = chosen.length > 0 && !whole;
  }
  offer(form, whole && !all.value);
}

/** Offers all that the list holds once its page is chosen. */
function offer(form: HTMLFormElement, wanted: boolean): void {
  const place = form.querySelector<HTMLElement>("[data-bulk-offer]");
  if (!place) return;
  place.hidden = !wanted;
  if (!wanted || place.dataset["asked"]) return;
  place.dataset["asked"] = "yes";
  place.dispatchEvent(new Event("offer"));
}

function chooseTo(box: HTMLInputElement): void {
  const rows = boxes();
  const [from, to] = [rows.indexOf(last ?? box), rows.indexOf(box)].sort((a, b) => a - b);
  if (from === undefined || to === undefined || from < 0) return;
  for (const one of rows.slice(from, to + 1)) one.checked = box.checked;
}

function unchoose(): void {
  for (const one of boxes()) one.checked = false;
  const all = everything();
  if (all) all.value = "";
  tell();
  document.querySelector<HTMLElement>("[data-bulk-page]")?.focus();
}

function dialog(): HTMLDialogElement | null {
  return document.querySelector<HTMLDialogElement>("[data-bulk-dialog]");
}

async function ask(path: string, body: FormData): Promise<void> {
  const box = dialog();
  if (!box) return;
  const answer = await fetch(path, { method: "POST", body, headers: { "HX-Request": "true" } });
  if (!answer.ok) return;
  box.innerHTML = await answer.text();
  if (!box.open) box.showModal();
  document.dispatchEvent(new Event("fieldstone:shown"));
}

/** Asks for the input of another field; until it is there nothing is typed into the old one. */
async function askAgain(form: HTMLFormElement): Promise<void> {
  const body = new FormData(form);
  const inputs = [...form.elements] as HTMLInputElement[];
  for (const one of inputs) one.disabled = true;
  try {
    await ask(form.dataset["again"] ?? "", body);
  } finally {
    for (const one of inputs) one.disabled = false;
  }
  document.getElementById("bulk-field")?.focus();
}

function onSubmit(event: SubmitEvent): void {
  const form = event.target as HTMLFormElement;
  if (form.matches("[data-bulk]") && dialog()) {
    event.preventDefault();
    void ask(form.action, new FormData(form, event.submitter));
  } else if (form.matches("[data-bulk-form]")) {
    // The token makes one change of two presses; this only spares the second request.
    const save = form.querySelector<HTMLButtonElement>("[data-save]");
    setTimeout(() => save?.setAttribute("disabled", ""));
  }
}

function onChange(event: Event): void {
  const target = event.target as HTMLInputElement;
  if (target.matches("[data-bulk-page]")) {
    for (const one of boxes()) one.checked = target.checked;
  } else if (target.id === "bulk-field") {
    if (target.form) void askAgain(target.form);
    return;
  } else if (!target.matches(ROW)) {
    return;
  }
  const all = everything();
  if (all) all.value = "";
  tell();
}

function onClick(event: MouseEvent): void {
  const target = event.target as Element;
  const box = target.closest<HTMLInputElement>(ROW);
  if (box) {
    if (event.shiftKey) chooseTo(box);
    last = box;
  } else if (target.closest("[data-bulk-clear]")) {
    unchoose();
  } else if (target.closest("[data-bulk-all]")) {
    const all = everything();
    if (all) all.value = "1";
    tell();
  } else if (target.closest("[data-bulk-cancel]") && dialog()?.open) {
    event.preventDefault();
    dialog()?.close();
  }
}

/** Space in a cell of the grid chooses its row. */
function onKey(event: KeyboardEvent): void {
  const cell = event.target as Element;
  if (event.key !== " " || event.isComposing || event.defaultPrevented || !cell.matches("td[data-column]")) return;
  const box = cell.closest("tr")?.querySelector<HTMLInputElement>(ROW);
  if (!box) return;
  event.preventDefault();
  box.click();
}

export function watchChoosing(): void {
  document.addEventListener("keydown", onKey);
  document.addEventListener("change", onChange);
  document.addEventListener("click", onClick);
  document.addEventListener("submit", onSubmit);
}

/** What the browser kept ticked over a reload is counted. */
export function countChosen(): void {
  if (bar()) tell();
}
