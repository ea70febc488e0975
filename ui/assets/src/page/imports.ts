// Imports: a file that is dropped is sent at once, and a changed mapping is counted anew.

function zoneOf(event: Event): HTMLFormElement | null {
  return (event.target as Element | null)?.closest?.<HTMLFormElement>("[data-drop-file]") ?? null;
}

function onDrag(event: DragEvent): void {
  const zone = zoneOf(event);
  if (!zone) return;
  event.preventDefault();
  zone.classList.toggle("over", event.type === "dragover");
}

function onDrop(event: DragEvent): void {
  const zone = zoneOf(event);
  const files = event.dataTransfer?.files;
  if (!zone || !files?.length) return;
  event.preventDefault();
  const input = zone.querySelector<HTMLInputElement>('input[type="file"]');
  if (!input) return;
  input.files = files;
  zone.requestSubmit();
}

function onChange(event: Event): void {
  const target = event.target as HTMLElement;
  if (target.matches('[data-drop-file] input[type="file"]')) {
    target.closest("form")?.requestSubmit();
    return;
  }
  const form = target.closest<HTMLFormElement>("[data-remap]");
  if (form && target instanceof HTMLInputElement && target.name.startsWith("take.")) {
    const act = form.querySelector<HTMLSelectElement>(`[name="${target.name.replace("take.", "act.")}"]`);
    if (act && !act.value && target.value) act.value = "take";
    return;
  }
  if (!form || !(target instanceof HTMLSelectElement)) return;
  // Times of history change no count; they are kept with whatever is sent next.
  if (target.name.startsWith("time.")) return;
  // What is taken instead of a value comes next: the mapping is whole only with it.
  const take = target.name.startsWith("act.") && target.value === "take"
    ? form.querySelector<HTMLInputElement>(`[name="${target.name.replace("act.", "take.")}"]`)
    : null;
  if (take && !take.value) {
    take.focus();
    return;
  }
  sessionStorage.setItem("remap", `${target.id} ${window.scrollY}`);
  form.requestSubmit();
}

function onClick(event: MouseEvent): void {
  const step = (event.target as Element | null)?.closest?.<HTMLElement>("a[data-step]");
  const form = document.querySelector<HTMLFormElement>("form[data-choices]");
  if (!step || !form || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  // Going back keeps what was chosen here, also what is not whole yet.
  const then = document.createElement("input");
  then.type = "hidden";
  then.name = "then";
  then.value = step.dataset.step ?? "";
  form.append(then);
  form.submit();
}

function comeBack(): void {
  const [id, y] = (sessionStorage.getItem("remap") ?? "").split(" ");
  sessionStorage.removeItem("remap");
  if (!id || !document.querySelector("[data-remap]")) return;
  window.scrollTo(0, Number(y));
  document.getElementById(id)?.focus({ preventScroll: true });
}

export function watchImports(): void {
  for (const type of ["dragover", "dragleave"] as const) document.addEventListener(type, onDrag);
  document.addEventListener("drop", onDrop);
  document.addEventListener("change", onChange);
  document.addEventListener("click", onClick);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", comeBack);
  else comeBack();
}
