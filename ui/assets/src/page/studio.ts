// The Studio: its menu stays open where there is room, and is folded on telephones.
export function foldStudio(): void {
  const menu = document.querySelector<HTMLDetailsElement>("details.studio-menu");
  if (menu && window.matchMedia("(max-width: 719px)").matches) {
    menu.open = false;
    // The page may have gone down to what has the focus, below the menu that was open.
    const focused = document.activeElement;
    if (focused?.matches("[autofocus]")) {
      window.scrollTo(0, 0);
      focused.scrollIntoView({ block: "nearest" });
    }
  }
}
