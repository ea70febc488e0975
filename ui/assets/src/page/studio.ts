// The Studio: its menu stays open where there is room, and is folded on telephones.
export function foldStudio(): void {
  const menu = document.querySelector<HTMLDetailsElement>("details.studio-menu");
  if (menu && window.matchMedia("(max-width: 719px)").matches) menu.open = false;
}
