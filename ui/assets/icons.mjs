// Writes ../static/icons.svg, one symbol for each name in icons.txt, from the Tabler icons.
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";

const names = (await readFile("icons.txt", "utf8")).split("\n").filter(Boolean);
const symbols = [];
for (const name of [...new Set(names)].sort()) {
  const path = `node_modules/@tabler/icons/icons/outline/${name}.svg`;
  if (!existsSync(path)) throw new Error(`there is no icon ${name}`);
  const inside = (await readFile(path, "utf8"))
    .replace(/^[\s\S]*?<svg[^>]*>/, "")
    .replace("</svg>", "")
    .replace(/<path stroke="none"[^>]*>/, "")
    .replace(/\s+/g, " ")
    .replace(/ \/>/g, "/>")
    .trim();
  symbols.push(`<symbol id="${name}" viewBox="0 0 24 24">${inside}</symbol>`);
}
await writeFile("../static/icons.svg", `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`);
