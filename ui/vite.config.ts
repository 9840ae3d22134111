// Builds the page into the Python package, from where the server serves it and the wheel takes it.
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";
import { pageParts } from "./pageParts.ts";

const GROUPS = [
  { name: "page", test: /node_modules.(svelte|esm-env|clsx|openapi-fetch)|src.(lib|space)./ },
  { name: "drag", test: /node_modules.(@atlaskit|virtua|bind-event|raf-schd)/ },
  { name: "charts", test: /src.insights.(?!Reports)/ },
  {
    name: "work",
    test: /node_modules.date-fns|src.iterations.(?!Timeline|New|.*Row)|src.card.(?!CardDialog|CardSide|CardText|Comments|Chips)|src.plan.move/,
  },
  { name: "board", test: /src.board./ },
];

export default defineConfig(({ mode }) => ({
  plugins: [svelte(), pageParts()],
  build: {
    outDir: "../src/kadence/web/static/page",
    emptyOutDir: true,
    // A data: URL is one more thing that the Content-Security-Policy would have to allow.
    assetsInlineLimit: 0,
    // What the page's scripts owe to others: their licences, beside them.
    license: { fileName: "licences.md" },
    modulePreload: { polyfill: false },
    // All of it is smaller than what a request for each part costs.
    cssCodeSplit: false,
    // A view is a few files: what all have in common, what is worked on in several, and its own.
    rolldownOptions: { output: { codeSplitting: { groups: GROUPS } } },
    target: "es2022",
  },
  // Svelte for the browser, and not the one that renders on a server.
  ...(mode === "test" ? { resolve: { conditions: ["browser"] } } : {}),
  test: {
    environment: "jsdom",
    restoreMocks: true,
    // Nothing is laid out here, so nothing scrolls.
    onConsoleLog: (log) => !log.startsWith("Auto scrolling has been attached"),
    projects: [
      {
        extends: true,
        test: {
          name: "rules",
          include: ["src/**/*.test.ts"],
          exclude: ["src/**/*.view.test.ts"],
          setupFiles: ["src/testing/words.ts"],
          isolate: false,
        },
      },
      {
        // Views on a real server, in a document without a browser around it.
        extends: true,
        test: {
          name: "views",
          include: ["src/**/*.view.test.ts"],
          setupFiles: ["src/testing/setup.ts"],
          globalSetup: ["src/testing/server.ts"],
          testTimeout: 30_000,
        },
      },
    ],
  },
}));
