// What every page loads: htmx for fragments, and small modules that make plain pages quicker.
import "htmx.org";
import { showPresent, watchChooser, watchFrames } from "./page/lists";
import { watchForms } from "./page/forms";
import { watchKeys } from "./page/keys";
import { watchMenus } from "./page/menus";
import { enhancePickers } from "./page/pickers";
<<<<<<< HEAD
import { remember, watchPalette } from "./page/palette";
=======
import { returnToLists, watchScrolling } from "./page/returning";
>>>>>>> fca88d4 (ui: keep views of one's own, and return to where one was in a list)
import { watchRequests } from "./page/requests";
import { foldStudio } from "./page/studio";

function enhance(root: ParentNode): void {
  enhancePickers(root);
  watchFrames(root);
  showPresent(root);
<<<<<<< HEAD
  remember();
  foldStudio();
=======
  returnToLists(root);
>>>>>>> fca88d4 (ui: keep views of one's own, and return to where one was in a list)
}

watchMenus();
watchKeys();
watchForms();
watchChooser();
watchRequests();
<<<<<<< HEAD
watchPalette();
=======
watchScrolling();
>>>>>>> fca88d4 (ui: keep views of one's own, and return to where one was in a list)
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => enhance(document));
else enhance(document);
document.addEventListener("htmx:after:swap", () => enhance(document));
// Said by another bundle that put something into the page.
document.addEventListener("fieldstone:shown", () => enhance(document));
