// What every page loads: htmx for fragments, and small modules that make plain pages quicker.
import "htmx.org";
import { showPresent, watchChooser, watchFrames } from "./page/lists";
import { watchForms } from "./page/forms";
import { watchImports } from "./page/imports";
import { watchKeys } from "./page/keys";
import { watchMenus } from "./page/menus";
import { enhancePickers } from "./page/pickers";
import { remember, watchPalette } from "./page/palette";
import { returnToLists, watchScrolling } from "./page/returning";
import { watchRequests } from "./page/requests";
import { foldStudio } from "./page/studio";

function enhance(root: ParentNode): void {
  enhancePickers(root);
  watchFrames(root);
  showPresent(root);
  remember();
  foldStudio();
  returnToLists(root);
}

watchMenus();
watchKeys();
watchImports();
watchForms();
watchChooser();
watchRequests();
watchPalette();
watchScrolling();
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => enhance(document));
else enhance(document);
document.addEventListener("htmx:after:swap", () => enhance(document));
// Said by another bundle that put something into the page.
document.addEventListener("fieldstone:shown", () => enhance(document));
