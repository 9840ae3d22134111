// Which icons there are: those of Lucide by its names, and our own.
export const LUCIDE = [
  "archive",
  "arrow-right",
  "calendar",
  "chart-column",
  "chart-no-axes-gantt",
  "check",
  "chevron-down",
  "chevrons-up-down",
  "circle-question-mark",
  "corner-down-right",
  "download",
  "ellipsis",
  "hash",
  "layout-list",
  "link",
  "list-filter",
  "log-out",
  "pencil",
  "plus",
  "redo-2",
  "search",
  "settings",
  "square-kanban",
  "tag",
  "trash-2",
  "undo-2",
  "user-round",
  "users-round",
  "x",
] as const;

/** Where a card stands, as a shape and not by its colour alone. */
export const OWN = {
  todo: '<circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="2"/>',
  doing:
    '<circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="2"/><path d="M8 4.6a3.4 3.4 0 0 1 0 6.8z" fill="currentColor"/>',
  done: '<circle cx="8" cy="8" r="7" fill="currentColor"/><path d="m5 8.2 2.1 2.1L11 6.4" fill="none" stroke="var(--surface)" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"/>',
} as const;

export type IconName = (typeof LUCIDE)[number] | keyof typeof OWN;
