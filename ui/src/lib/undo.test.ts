import { describe, expect, it } from "vitest";
import { Undo } from "./undo.svelte";

function of(done: string[], name: string): () => void {
  return () => void done.push(name);
}

describe("undo", () => {
  it("takes back the last step first, and says when there is none", () => {
    const [undo, done] = [new Undo(), [] as string[]];
    expect(undo.can).toBe(false);
    for (const name of ["one", "two"]) undo.push({ back: of(done, name) });
    undo.take();
    expect([done, undo.can]).toEqual([["two"], true]);
    undo.take();
    undo.take();
    expect([done, undo.can]).toEqual([["two", "one"], false]);
  });

  it("remembers twenty steps", () => {
    const [undo, done] = [new Undo(), [] as string[]];
    for (let step = 1; step <= 21; step++) undo.push({ back: of(done, String(step)) });
    while (undo.can) undo.take();
    expect(done).toHaveLength(20);
    expect(done.at(-1)).toBe("2");
  });

  it("forgets what ended with an iteration, and what was done before with its cards", () => {
    const [undo, done] = [new Undo(), [] as string[]];
    undo.push({ back: of(done, "another card"), places: ["", "other"], cards: ["c"] });
    undo.push({ back: of(done, "its card, before"), places: [""], cards: ["a"] });
    undo.push({ back: of(done, "into it"), places: ["", "ended"], cards: ["a"] });
    undo.push({ back: of(done, "its card, later"), places: ["", "other"], cards: ["a"] });
    undo.forget("ended");
    while (undo.can) undo.take();
    expect(done).toEqual(["its card, later", "another card"]);
  });

  it("does again what was taken back, until something else is done", () => {
    const [undo, done] = [new Undo(), [] as string[]];
    for (const name of ["one", "two"])
      undo.push({ back: of(done, `-${name}`), again: of(done, `+${name}`), what: name });
    undo.take();
    undo.take();
    expect([undo.redo()?.what, undo.redo()?.what, undo.redo()]).toEqual(["one", "two", undefined]);
    undo.take();
    expect(done).toEqual(["-two", "-one", "+one", "+two", "-two"]);
    undo.push({ back: of(done, "-three") });
    expect(undo.canAgain).toBe(false);
    undo.take();
    expect(undo.canAgain).toBe(false);
  });

  it("forgets all when nothing of it was done", () => {
    const undo = new Undo();
    undo.push({ back: () => undefined });
    undo.clear();
    expect(undo.can).toBe(false);
  });
});
