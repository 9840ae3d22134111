// Keys that do something by themselves; they can be switched off, as they may come from speech too.

const KEPT = "kadence.keys";

class Keys {
  on = $state(localStorage.getItem(KEPT) !== "off");

  /** Let single keys do something, or not. */
  set(on: boolean): void {
    this.on = on;
    localStorage.setItem(KEPT, on ? "on" : "off");
  }

  /** Whether this is that key, pressed by itself outside fields and dialogs, on any layout. */
  is(event: KeyboardEvent, key: string, code: string): boolean {
    const alone = !event.ctrlKey && !event.metaKey && !event.altKey;
    return this.on && alone && !isElsewhere(event) && (event.key === key || event.code === code);
  }
}

export const keys = new Keys();

/** Whether what is pressed is meant for a field or a dialog. */
export function isElsewhere(event: KeyboardEvent): boolean {
  if (document.querySelector("dialog[open]")) return true;
  return (event.target as Element).closest("input, textarea, select") !== null;
}
