// What is filtered stands in the address: Back, a reload and a link that is shared show the same.
import { router, withQuery } from "../lib/router.svelte";

/** Milliseconds after which what is typed is what is searched. */
const TYPING = 250;

/** Keep values of the query in the address of this view, as long as the view is there. */
export function keepInAddress(query: () => Record<string, string | undefined>): void {
  $effect(() => {
    const values = query();
    const wait = setTimeout(() => {
      const address = withQuery(values);
      if (address !== location.pathname + location.search) router.go(address, true);
    }, TYPING);
    return () => clearTimeout(wait);
  });
}
