// Runs before each file of tests: a complete browser, English words, and nothing left of a test.
import "@testing-library/jest-dom/vitest";
import { afterEach, beforeAll } from "vitest";
import { completeBrowser } from "./browser";

completeBrowser();
const { i18n } = await import("../lib/i18n.svelte");
const { leave } = await import("./kit");

beforeAll(() => i18n.start());
afterEach(leave);
