import { mount } from "svelte";
import App from "./App.svelte";
import "./app.css";
import { startI18n } from "./lib/i18n.svelte";
import { tellInvalid } from "./lib/invalid";

const target = document.getElementById("app");
if (target) {
  try {
    await startI18n();
    tellInvalid(document);
    mount(App, { target });
  } catch (error) {
    target.textContent = "kadence could not be loaded. Please reload the page.";
    throw error;
  }
}
