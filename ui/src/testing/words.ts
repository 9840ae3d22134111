// Runs before each file of tests of rules: English words.
import { beforeAll } from "vitest";
import { startI18n } from "../lib/i18n.svelte";

beforeAll(() => startI18n());
