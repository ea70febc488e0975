// Menus that drop from a button (<details class="drop">) and the width of the left menu.

function closeAll(except?: Element | null): void {
  for (const open of document.querySelectorAll<HTMLDetailsElement>("details.drop[open]")) {
    if (open !== except && !open.contains(except ?? null)) open.open = false;
  }
}

function toggleSide(): void {
  const root = document.documentElement;
  const narrow = root.dataset["menu"] !== "narrow";
  root.dataset["menu"] = narrow ? "narrow" : "wide";
  document.cookie = `menu=${narrow ? "narrow" : "wide"}; path=/; max-age=31536000; samesite=lax`;
  for (const button of document.querySelectorAll("[data-toggle-menu]")) {
    button.setAttribute("aria-expanded", String(!narrow));
  }
}

export function watchMenus(): void {
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    closeAll(target.closest("details.drop"));
    if (target.closest("[data-toggle-menu]")) toggleSide();
    if (target.closest("[data-close]")) target.closest<HTMLElement>(".toast")?.remove();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing) return;
    const open = document.querySelector<HTMLDetailsElement>("details.drop[open]");
    if (!open) return;
    open.open = false;
    open.querySelector("summary")?.focus();
  });
  document.addEventListener(
    "toggle",
    (event) => {
      const drop = event.target as HTMLDetailsElement;
      if (!drop.matches?.("details.drop") || !drop.open) return;
      drop.querySelector<HTMLElement>("[data-first]")?.focus();
    },
    true,
  );
}
