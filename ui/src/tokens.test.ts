// The tokens: what is read on what has contrast enough, and no colour or size stands elsewhere.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const SOURCES = join(import.meta.dirname);
const css = readFileSync(join(SOURCES, "tokens.css"), "utf-8");

type Colours = Record<string, string>;

function coloursOf(block: string): Colours {
  const found = block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g);
  return Object.fromEntries([...found].map((one) => [one[1] ?? "", one[2] ?? ""]));
}

const [light = "", device = "", chosen = ""] = [
  /:root \{\s*color-scheme: light;(.*?)\n\}/s,
  /prefers-color-scheme: dark\) \{(.*?)\n\}/s,
  /:root\[data-theme="dark"\] \{(.*?)\n {2}\}/s,
].map((block) => block.exec(css)?.[1]);
const THEMES: Record<string, Colours> = { light: coloursOf(light), dark: coloursOf(device) };

/** WCAG 2.2, relative luminance. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark = 0, bright = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (bright + 0.05) / (dark + 0.05);
}

const READ: Record<string, string[]> = {
  text: ["surface", "ground", "sunken", "accent-soft", "fill", "press"],
  muted: ["surface", "ground", "sunken", "hover", "fill", "press", "accent-soft"],
  faint: ["surface", "ground", "accent-soft", "press", "fill", "sunken"],
  "accent-text": ["surface", "ground", "accent-soft"],
  "on-accent": ["accent", "accent-hover"],
  good: ["surface", "good-soft"],
  warn: ["surface", "warn-soft"],
  bad: ["surface", "bad-soft"],
  "on-tip": ["tip"],
};
const SEEN: Record<string, string[]> = {
  "line-strong": ["surface", "ground"],
  accent: ["surface", "sunken", "press"],
  focus: ["surface", "ground", "accent-soft"],
  "todo-mark": ["surface", "sunken"],
  "doing-mark": ["surface", "sunken"],
  "done-mark": ["surface", "sunken"],
  "good-mark": ["surface", "press"],
  "warn-mark": ["surface"],
  "bad-mark": ["surface", "press"],
};
const HUES = Array.from({ length: 12 }, (_, at) => at + 1);

describe.each(Object.keys(THEMES))("in the %s", (name) => {
  const colours = THEMES[name] ?? {};
  const ratio = (one: string, other: string): number =>
    contrast(colours[one] ?? "", colours[other] ?? "");

  test.each([
    [4.5, READ],
    [3, SEEN],
  ] as const)("there is a contrast of %s", (least, pairs) => {
    for (const [one, others] of Object.entries(pairs))
      for (const other of others)
        expect(ratio(one, other), `${one} on ${other}`).toBeGreaterThan(least);
  });

  test("each hue can be read and seen", () => {
    for (const hue of HUES) {
      expect(ratio(`hue-${hue}-fg`, `hue-${hue}-bg`), `hue ${hue}`).toBeGreaterThan(4.5);
      expect(ratio(`hue-${hue}-dot`, "surface"), `dot ${hue}`).toBeGreaterThan(3);
    }
  });
});

test("dark is the same, chosen or as the device", () => {
  expect(coloursOf(chosen)).toEqual(THEMES["dark"]);
});

test("no colour, size of text or time stands elsewhere", () => {
  const files = readdirSync(SOURCES, { recursive: true, encoding: "utf-8" });
  const styles = files.filter((file) => /\.(svelte|css)$/.test(file) && file !== "tokens.css");
  expect(styles.length).toBeGreaterThan(40);
  for (const file of styles) {
    const text = readFileSync(join(SOURCES, file), "utf-8");
    const rules = file.endsWith(".css") ? text : (/<style>(.*)<\/style>/s.exec(text)?.[1] ?? "");
    const literal =
      /#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch)\(|\b\d*\.?\d+m?s\b|font-size: \d[^;]*r?em/gi;
    expect([file, ...(rules.match(literal) ?? [])]).toEqual([file]);
  }
});
