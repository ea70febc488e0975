// Keys that work on every page: search, save, and no sending while an input method composes.

import { openPalette } from "./palette";

function isTyping(element: Element | null): boolean {
  return !!element?.matches("input, textarea, select, [contenteditable]");
}

function focusSearch(): void {
  const box = document.querySelector<HTMLInputElement>("[data-search]");
  box?.focus();
  box?.select();
}

function save(): void {
  const active = document.activeElement as HTMLElement | null;
  const form = active?.closest("form") ?? document.querySelector<HTMLFormElement>("form[data-guard]");
  const button = form?.querySelector<HTMLButtonElement>("button[data-save]");
  if (form) form.requestSubmit(button ?? undefined);
}

export function watchKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing) {
      // Enter that ends a composition chooses characters; it is not meant for the form.
      if (event.key === "Enter") event.stopPropagation();
      return;
    }
    const command = event.ctrlKey || event.metaKey;
    if (command && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (!openPalette()) focusSearch();
    } else if (command && event.key === "Enter") {
      event.preventDefault();
      save();
    } else if (event.key === "/" && !command && !isTyping(document.activeElement)) {
      event.preventDefault();
      focusSearch();
    }
  }, true);
  const mac = /Mac|iP(hone|ad)/.test(navigator.platform);
  for (const key of document.querySelectorAll("kbd[data-command]")) {
    key.textContent = (mac ? "⌘" : "Ctrl ") + key.getAttribute("data-command");
  }
}
