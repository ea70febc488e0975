// What every page loads: htmx for fragments, Tom Select for pickers.
import "htmx.org";
import TomSelect from "tom-select";

function enhance(root: ParentNode): void {
  for (const select of root.querySelectorAll<HTMLSelectElement>("select[data-picker]")) {
    if (!("tomselect" in select)) new TomSelect(select, {});
  }
}

document.addEventListener("DOMContentLoaded", () => enhance(document));
document.addEventListener("htmx:after:swap", () => enhance(document));
