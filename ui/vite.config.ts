// Builds the page into the Python package, from where the server serves it and the wheel takes it.
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [svelte()],
  build: {
    outDir: "../src/kadence/web/static/page",
    emptyOutDir: true,
    // A data: URL is one more thing that the Content-Security-Policy would have to allow.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
  },
});
