// Returning to a list: the menu leads to where one was, and each address to where it was scrolled.

const LIST = "list:";
const PLACE = "place:";

function here(): string {
  return location.pathname + location.search;
}

export function remember(list: HTMLElement): void {
  const frame = list.querySelector<HTMLElement>(".frame");
  const place = [frame?.scrollLeft ?? 0, frame?.scrollTop ?? 0, window.scrollY];
  sessionStorage.setItem(LIST + (list.dataset["list"] ?? ""), here());
  sessionStorage.setItem(PLACE + here(), place.join(" "));
}

function restore(list: HTMLElement): void {
  const [x = 0, y = 0, page = 0] = (sessionStorage.getItem(PLACE + here()) ?? "").split(" ").map(Number);
  list.querySelector<HTMLElement>(".frame")?.scrollTo(x, y);
  if (page && !window.scrollY) window.scrollTo(0, page);
}

function lead(): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>(".menu a, .foot a")) {
    const path = (link.dataset["path"] ??= link.getAttribute("href") ?? "");
    const last = path === location.pathname ? null : sessionStorage.getItem(LIST + path);
    link.setAttribute("href", last ?? path);
  }
}

export function returnToLists(root: ParentNode): void {
  const list = root.querySelector<HTMLElement>("[data-list]");
  lead();
  if (!list || list.dataset["seen"] === here()) return;
  list.dataset["seen"] = here();
  restore(list);
  remember(list);
  list.addEventListener("scroll", () => remember(list), { passive: true, capture: true });
}

export function watchScrolling(): void {
  const scrolled = (): void => {
    const list = document.querySelector<HTMLElement>("[data-list][data-seen]");
    if (list) remember(list);
  };
  window.addEventListener("scroll", scrolled, { passive: true });
}
