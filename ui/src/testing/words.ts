// Runs before each file of tests of rules: English words.
import { beforeAll } from "vitest";
import { i18n } from "../lib/i18n.svelte";

beforeAll(() => i18n.start());
