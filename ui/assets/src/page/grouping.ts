// Groups of a list: a press or a key folds one up, and the address keeps which are folded.

import { remember } from "./returning";

function folded(): Set<string> {
  const text = new URL(location.href).searchParams.get("fold") ?? "";
  return new Set(text.split("~").filter(Boolean));
}

function keep(keys: Set<string>): void {
  const url = new URL(location.href);
  if (keys.size) url.searchParams.set("fold", [...keys].join("~"));
  else url.searchParams.delete("fold");
  history.replaceState(history.state, "", url);
  const list = document.querySelector<HTMLElement>("[data-list]");
  if (!list) return;
  list.dataset["seen"] = location.pathname + location.search;
  remember(list);
}

function turn(button: HTMLElement): void {
  const key = button.dataset["fold"] ?? "";
  const body = document.getElementById(button.getAttribute("aria-controls") ?? "");
  const open = button.getAttribute("aria-expanded") === "true";
  button.setAttribute("aria-expanded", String(!open));
  if (body) {
    body.hidden = open;
    if (!open) body.dispatchEvent(new Event("unfold"));
  }
  const keys = folded();
  if (open) keys.add(key);
  else keys.delete(key);
  keep(keys);
}

export function watchGroups(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-fold]");
    if (button) turn(button);
  });
}
