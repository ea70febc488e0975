// The grid: arrow keys move from cell to cell, and one cell at a time is in the order of the Tab key.

import { openColumnMenu } from "./widths";

const PAGE = 10;

export function gridOf(target: EventTarget | null): HTMLTableElement | null {
  return (target as Element | null)?.closest?.<HTMLTableElement>("table[data-cells]") ?? null;
}

export function cellOf(target: EventTarget | null): HTMLTableCellElement | null {
  const cell = (target as Element | null)?.closest?.<HTMLTableCellElement>("td, th") ?? null;
  return cell && gridOf(cell) ? cell : null;
}

/** What of a cell takes the focus: a value's cell itself, else the one thing that is in it. */
function handle(cell: HTMLTableCellElement): HTMLElement {
  if (cell.matches("td[data-column]")) return cell;
  return cell.querySelector<HTMLElement>("a, span[tabindex]") ?? cell.querySelector<HTMLElement>("input, button") ?? cell;
}

/** Makes this cell, and nothing else of its part of the grid, a stop of the Tab key. */
function stopAt(cell: HTMLTableCellElement): void {
  const part = cell.closest("thead, tbody");
  for (const one of part?.querySelectorAll<HTMLElement>('[tabindex="0"]') ?? []) {
    if (!one.closest("[data-editor]")) one.tabIndex = -1;
  }
  handle(cell).tabIndex = 0;
  const menu = cell.querySelector<HTMLElement>("[data-column-menu]");
  if (menu) menu.tabIndex = 0;
}

export function goTo(cell: HTMLTableCellElement | null | undefined): void {
  if (!cell) return;
  stopAt(cell);
  const goal = handle(cell);
  goal.focus();
  // The frozen column and the heads cover what the browser believes to be in view.
  goal.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function rows(grid: HTMLTableElement): HTMLTableRowElement[] {
  return [...grid.rows].filter((row) => row.cells.length > 1 && row.checkVisibility());
}

/** The cell so many rows and columns from here; the nearest one where the grid ends. */
export function beside(cell: HTMLTableCellElement, down: number, right: number): HTMLTableCellElement | null {
  const grid = gridOf(cell);
  if (!grid) return null;
  const all = rows(grid);
  const from = all.indexOf(cell.closest("tr") as HTMLTableRowElement);
  const row = all[Math.max(0, Math.min(all.length - 1, from + down))];
  const at = Math.max(0, Math.min((row?.cells.length ?? 1) - 1, cell.cellIndex + right));
  return row?.cells[at] ?? null;
}

function corner(cell: HTMLTableCellElement, event: KeyboardEvent): HTMLTableCellElement | null {
  const far = 100_000;
  const end = event.key === "End";
  const whole = event.ctrlKey || event.metaKey;
  const goal = beside(cell, whole ? (end ? far : -far) : 0, end ? far : -far);
  return whole && !end && goal && cell.matches("td") ? beside(goal, 1, 0) : goal;
}

function target(cell: HTMLTableCellElement, event: KeyboardEvent): HTMLTableCellElement | null {
  switch (event.key) {
    case "ArrowLeft": return beside(cell, 0, -1);
    case "ArrowRight": return beside(cell, 0, 1);
    case "ArrowUp": return beside(cell, -1, 0);
    case "ArrowDown": return beside(cell, 1, 0);
    case "PageUp": return beside(cell, -PAGE, 0);
    case "PageDown": return beside(cell, PAGE, 0);
    case "Home":
    case "End": return corner(cell, event);
    default: return null;
  }
}

function onKey(event: KeyboardEvent): void {
  if (event.isComposing || event.defaultPrevented || event.shiftKey) return;
  const cell = cellOf(event.target);
  if (!cell || (event.target as Element).closest("[data-editor]")) return;
  const menu = cell.querySelector<HTMLElement>("[data-column-menu]");
  if (menu && event.altKey && event.key === "ArrowDown") {
    event.preventDefault();
    openColumnMenu(menu);
    return;
  }
  const goal = event.altKey ? null : target(cell, event);
  if (!goal) return;
  event.preventDefault();
  goTo(goal);
}

/** Takes everything in the grid out of the order of the Tab key but one cell and one head. */
export function enterGrid(): void {
  const grid = document.querySelector<HTMLTableElement>("table[data-cells]:not([data-entered])");
  if (!grid) return;
  grid.dataset["entered"] = "";
  for (const link of grid.querySelectorAll<HTMLElement>("tbody a, thead a")) link.tabIndex = -1;
  const head = grid.tHead?.rows[0]?.cells[0];
  const first = grid.querySelector<HTMLTableCellElement>("tbody td[data-column]");
  if (head) stopAt(head);
  if (first) stopAt(first);
}

export function watchGrid(): void {
  document.addEventListener("keydown", onKey);
  document.addEventListener("focusin", (event) => {
    const cell = cellOf(event.target);
    if (cell && !(event.target as Element).closest("[data-editor]")) stopAt(cell);
  });
  // A press on a cell goes to it, unless it is meant for something in it.
  document.addEventListener("mousedown", (event) => {
    const cell = cellOf(event.target);
    if (!cell?.matches("td[data-column]") || (event.target as Element).closest("a, button, input, [data-editor]")) return;
    cell.focus({ preventScroll: true });
  });
}
