// What every page loads: htmx for fragments, and small modules that make plain pages quicker.
import "htmx.org";
import { showPresent, watchChooser, watchFrames } from "./page/lists";
import { watchForms } from "./page/forms";
import { watchKeys } from "./page/keys";
import { watchMenus } from "./page/menus";
import { enhancePickers } from "./page/pickers";
import { remember, watchPalette } from "./page/palette";
import { watchRequests } from "./page/requests";
import { foldStudio } from "./page/studio";

function enhance(root: ParentNode): void {
  enhancePickers(root);
  watchFrames(root);
  showPresent(root);
  remember();
  foldStudio();
}

watchMenus();
watchKeys();
watchForms();
watchChooser();
watchRequests();
watchPalette();
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => enhance(document));
else enhance(document);
document.addEventListener("htmx:after:swap", () => enhance(document));
// Said by another bundle that put something into the page.
document.addEventListener("fieldstone:shown", () => enhance(document));
