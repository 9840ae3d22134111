// What the page needs beside its modules: the icons as one file, the script that sets the look
// before anything is painted, and what is to be loaded before it is asked for.
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { HtmlTagDescriptor, Plugin } from "vite";
import { LUCIDE, OWN } from "./src/lib/icons.ts";

const ICONS = "virtual:icons";
/** What is in the page's files that are no scripts. */
const PACKAGES = ["@fontsource-variable/inter", "lucide-static"];

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf-8");

/** The licence of a package, as those of the scripts are told. */
function licenceOf(name: string): string {
  const about = JSON.parse(read(`node_modules/${name}/package.json`)) as Record<string, string>;
  const text = read(`node_modules/${name}/LICENSE`);
  return `\n## ${name} - ${about["version"]} (${about["license"]})\n\n${text.trim()}\n`;
}

function drawing(name: string): string {
  const icon = read(`node_modules/lucide-static/icons/${name}.svg`);
  const [, inside = ""] = /<svg[^>]*>(.*)<\/svg>/s.exec(icon) ?? [];
  return `<symbol id="${name}" viewBox="0 0 24 24">${inside.replace(/\s*\n\s*/g, "")}</symbol>`;
}

/** All icons as the symbols of one SVG. */
export function sprite(): string {
  const own = Object.entries(OWN).map(
    ([name, inside]) => `<symbol id="${name}" viewBox="0 0 16 16">${inside}</symbol>`,
  );
  const symbols = [...LUCIDE.map(drawing), ...own].join("");
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols}</svg>`;
}

export function pageParts(): Plugin {
  let building = false;
  let icons = "";
  return {
    name: "page-parts",
    configResolved(config) {
      building = config.command === "build";
    },
    buildStart() {
      if (!building) return;
      this.emitFile({ type: "asset", name: "look.js", source: read("src/look.js") });
      icons = this.emitFile({ type: "asset", name: "icons.svg", source: sprite() });
    },
    writeBundle({ dir = "" }) {
      appendFileSync(join(dir, "licences.md"), PACKAGES.map(licenceOf).join(""));
    },
    resolveId: (id) => (id === ICONS ? `\0${ICONS}` : undefined),
    load(id) {
      if (id !== `\0${ICONS}`) return undefined;
      return `export default ${building ? `import.meta.ROLLUP_FILE_URL_${icons}` : '""'};`;
    },
    transformIndexHtml: {
      order: "post",
      handler(_html, { bundle }) {
        if (!bundle) return [];
        const made = (name: RegExp): string => {
          const found = Object.keys(bundle).find((file) => name.test(file));
          if (found === undefined) throw new Error(`no ${name.source} among the parts`);
          return `/${found}`;
        };
        const font = made(/inter-latin-wght-normal.*\.woff2$/);
        return [
          // Classic and before everything: it holds up the first paint, and is 0.4 KB.
          { tag: "script", attrs: { src: made(/look-.*\.js$/) }, injectTo: "head" },
          {
            tag: "link",
            attrs: { rel: "preload", as: "font", type: "font/woff2", href: font, crossorigin: "" },
            injectTo: "head",
          },
        ] satisfies HtmlTagDescriptor[];
      },
    },
  };
}
