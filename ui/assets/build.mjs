// Bundles src/ into ../static/dist: one file a page kind, plain files, no inline code, no eval.
import { readdir, rm } from "node:fs/promises";
import * as esbuild from "esbuild";

const watch = process.argv.includes("--watch");
const outdir = "../static/dist";

// Every .ts and .css directly in src/ is a bundle of its own; what they import lies in folders.
const names = await readdir("src");
const entryPoints = names.filter((name) => /\.(ts|css)$/.test(name)).map((name) => `src/${name}`);

const options = {
  entryPoints,
  outdir,
  bundle: true,
  minify: !watch,
  sourcemap: watch,
  format: "iife",
  target: ["es2022", "chrome111", "firefox115", "safari16.4"],
  loader: { ".woff2": "file", ".svg": "file" },
  assetNames: "[name]-[hash]",
  legalComments: "linked",
  logLevel: "info",
};

await rm(outdir, { recursive: true, force: true });
if (watch) {
  await (await esbuild.context(options)).watch();
} else {
  await esbuild.build(options);
}
