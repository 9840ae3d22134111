import { mount } from "svelte";
import App from "./App.svelte";
import "./app.css";
import { i18n } from "./lib/i18n.svelte";
import { tellInvalid } from "./lib/invalid";

const target = document.getElementById("app");
if (target) {
  try {
    await i18n.start();
    tellInvalid(document);
    mount(App, { target });
  } catch (error) {
    target.textContent = "kadence could not be loaded. Please reload the page.";
    throw error;
  }
}
