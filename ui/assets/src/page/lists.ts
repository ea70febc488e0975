// Lists: the line beside the frozen column, and the search box of the column chooser.

function fit(frame: HTMLElement): void {
  frame.toggleAttribute("data-scrolled", frame.scrollLeft > 0);
}

export function showPresent(root: ParentNode): void {
  for (const row of root.querySelectorAll<HTMLElement>(".stages, .tabs")) {
    const present = row.querySelector<HTMLElement>('[aria-current]');
    if (present) row.scrollLeft = Math.max(0, present.offsetLeft - row.offsetLeft - 24);
  }
}

export function watchFrames(root: ParentNode): void {
  for (const frame of root.querySelectorAll<HTMLElement>(".frame")) {
    fit(frame);
    if (frame.dataset["watched"]) continue;
    frame.dataset["watched"] = "yes";
    frame.addEventListener("scroll", () => frame.toggleAttribute("data-scrolled", frame.scrollLeft > 0), {
      passive: true,
    });
  }
}

function narrow(box: HTMLInputElement): void {
  const wanted = box.value.trim().toLowerCase();
  const pool = box.closest("[data-pool]");
  for (const row of pool?.querySelectorAll<HTMLElement>("[data-word]") ?? []) {
    row.hidden = wanted !== "" && !(row.dataset["word"] ?? "").toLowerCase().includes(wanted);
  }
}

export function watchChooser(): void {
  document.addEventListener("input", (event) => {
    const box = event.target as HTMLInputElement;
    if (box.matches?.("[data-narrow]")) narrow(box);
  });
  document.addEventListener("keydown", (event) => {
    const box = event.target as HTMLElement;
    if (event.key === "Enter" && box.matches?.("[data-narrow]")) event.preventDefault();
  });
}
