// What every page loads: htmx for fragments, and small modules that make plain pages quicker.
import "htmx.org";
import { countChosen, watchChoosing } from "./page/choosing";
import { watchGroups } from "./page/grouping";
import { showPresent, watchChooser, watchFrames } from "./page/lists";
import { watchCells } from "./page/cells";
import { watchConditions } from "./page/conditions";
import { watchForms } from "./page/forms";
import { enterGrid, watchGrid } from "./page/grid";
import { watchImports } from "./page/imports";
import { watchKeys } from "./page/keys";
import { watchMenus } from "./page/menus";
import { enhancePickers } from "./page/pickers";
import { remember, watchPalette } from "./page/palette";
import { returnToLists, watchScrolling } from "./page/returning";
import { watchRequests } from "./page/requests";
import { watchRules } from "./page/rules";
import { foldStudio } from "./page/studio";
import { watchTips } from "./page/tips";
import { keepTyped } from "./page/typed";
import { applyWidths, watchWidths } from "./page/widths";

function enhance(root: ParentNode): void {
  enhancePickers(root);
  applyWidths();
  enterGrid();
  watchFrames(root);
  showPresent(root);
  remember();
  foldStudio();
  returnToLists(root);
  countChosen();
}

watchMenus();
watchKeys();
watchImports();
watchForms();
watchChooser();
watchGrid();
watchCells();
watchWidths();
watchTips();
watchRequests();
watchRules();
watchConditions();
keepTyped();
watchPalette();
watchScrolling();
watchChoosing();
watchGroups();
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => enhance(document));
else enhance(document);
document.addEventListener("htmx:after:swap", () => enhance(document));
// Said by another bundle that put something into the page.
document.addEventListener("fieldstone:shown", () => enhance(document));
