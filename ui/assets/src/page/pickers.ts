// The picker of a reference: searches on the server, shows a second line, follows the form's other fields.
import TomSelect from "tom-select/base";
import clearButton from "tom-select/dist/esm/plugins/clear_button/plugin.js";

TomSelect.define("clear_button", clearButton);

import type { RecursivePartial, TomSettings } from "tom-select/dist/esm/types/index.js";

interface Found {
  id: string;
  title: string;
  second: string | null;
}

function asked(select: HTMLSelectElement, typed: string): string {
  const url = new URL(select.dataset["picker"] ?? "", document.baseURI);
  url.searchParams.set("q", typed);
  for (const name of (select.dataset["follows"] ?? "").split(" ").filter(Boolean)) {
    const other = select.form?.elements.namedItem(name);
    if (other && "value" in other) url.searchParams.set(`is.${name}`, String(other.value));
  }
  return url.href;
}

async function fetchFound(select: HTMLSelectElement, typed: string): Promise<Found[]> {
  const answer = await fetch(asked(select, typed), { headers: { Accept: "application/json" } });
  if (!answer.ok) return [];
  return ((await answer.json()) as { data: Found[] }).data;
}

function line(found: Found, escape: (text: string) => string): string {
  const second = found.second ? `<span class="second">${escape(found.second)}</span>` : "";
  return `<div>${escape(found.title)}${second}</div>`;
}

function enhance(select: HTMLSelectElement): void {
  let offered = new Set<string>();
  let latest = 0;
  const empty = select.dataset["empty"] ?? "";
  const settings: RecursivePartial<TomSettings> & ThisType<TomSelect> = {
    plugins: { clear_button: { html: () => '<div class="clear-button" aria-hidden="true">×</div>' } },
    valueField: "id",
    labelField: "title",
    searchField: [],
    maxOptions: 50,
    loadThrottle: 180,
    preload: "focus",
    selectOnTab: true,
    hidePlaceholder: true,
    shouldLoad: () => true,
    load(typed: string, done: (found: Found[], groups: []) => void) {
      this.clearOptions();
      const turn = ++latest;
      const answer = (found: Found[]): void => {
        // An answer to what was typed before may come last; it says nothing of what is asked now.
        const wanted = turn === latest ? found : [];
        if (turn === latest) offered = new Set(found.map((one) => one.id));
        done(wanted, []);
      };
      fetchFound(select, typed).then(answer, () => answer([]));
    },
    // The server searched already: what it found is offered, the chosen one only if it is among that.
    score: () => (one: { id?: unknown }) => (offered.has(String(one.id)) ? 1 : 0),
    render: {
      option: (found: Found, escape: (text: string) => string) => line(found, escape),
      item: (found: Found, escape: (text: string) => string) =>
        `<div title="${escape(found.title)}">${escape(found.title)}</div>`,
      no_results: (_: object, escape: (text: string) => string) => `<div class="no-results">${escape(empty)}</div>`,
      loading: () => "",
    },
  };
  const picker = new TomSelect(select, settings);
  // Only the picker speaks to screen readers; the list behind it just holds the value.
  select.setAttribute("aria-hidden", "true");
  const typing = (typed: string): void => void picker.wrapper.classList.toggle("typing", typed !== "");
  picker.on("type", typing);
  for (const event of ["item_add", "blur", "dropdown_close"]) picker.on(event, () => typing(picker.inputValue()));
  // What other fields offer may hang on this one: they ask anew the next time they open.
  picker.on("change", () => {
    for (const other of select.form?.querySelectorAll<HTMLSelectElement & { tomselect?: TomSelect }>("select[data-follows]") ?? []) {
      if (other !== select && (other.dataset["follows"] ?? "").split(" ").includes(select.name)) {
        other.tomselect?.clear(true);
        other.tomselect?.clearOptions();
        if (other.tomselect) other.tomselect.wrapper.classList.remove("preloaded");
      }
    }
  });
}

export function enhancePickers(root: ParentNode): void {
  for (const select of root.querySelectorAll<HTMLSelectElement>("select[data-picker]")) {
    if (!("tomselect" in select)) enhance(select);
  }
}
