// Reads what somebody pastes who has a list of people: addresses, with or without names.

export type Addressee = { email: string; full_name: string | undefined };

const NAMED = /^"?(?<name>[^<>"]*?)"?\s*<(?<email>[^<>\s]+)>$/;

/**
 * The people of a text like `Anna Berg <anna@home.example>, bob@home.example`, each once.
 *
 * Commas, semicolons and ends of lines stand between them; blanks too, where no name is written.
 * What has no @ is left out: the server says of the rest whether it is an address.
 */
export function addressesIn(text: string): Addressee[] {
  const found = new Map<string, Addressee>();
  for (const part of text.split(/[,;\n\r]+/).map((one) => one.trim())) {
    const named = NAMED.exec(part)?.groups;
    const all: Addressee[] = named
      ? [{ email: named["email"] ?? "", full_name: named["name"] || undefined }]
      : part.split(/\s+/).map((email) => ({ email, full_name: undefined }));
    for (const one of all) {
      const key = one.email.toLowerCase();
      if (key.includes("@") && !found.has(key)) found.set(key, one);
    }
  }
  return [...found.values()];
}
