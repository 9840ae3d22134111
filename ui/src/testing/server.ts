// Starts a real kadence server on a fresh database, for all tests of one run.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { TestProject } from "vitest/node";

export type Person = { id: number; email: string; token: string; session: string };
export type Server = { url: string; people: Record<Who, Person> };
export type Who = "owner" | "admin" | "writer" | "reader" | "stranger";

declare module "vitest" {
  interface ProvidedContext {
    server: Server;
  }
}

const PYTHON = process.env["PYTHON"] ?? ".venv/bin/python";

/** Tell the tests where it is, and end it when they are done. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = spawn(PYTHON, ["-m", "tests.page_server"], {
    cwd: "..",
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface(server.stdout);
  const [line] = (await Promise.race([once(lines, "line"), once(server, "exit")])) as [unknown];
  if (typeof line !== "string") throw new Error("the server has not begun");
  project.provide("server", JSON.parse(line) as Server);
  return async () => {
    server.stdin.end();
    await once(server, "exit");
  };
}
