/** Names of cached answers; live changes and writes invalidate by these. */
export const keys = {
  /** Everything read from a table: lists, records, titles. */
  table: (table: string) => ["records", table] as const,
  list: (table: string, ask: object) => ["records", table, "list", ask] as const,
  values: (table: string, field: string, text: string) => ["records", table, "values", field, text] as const,
  record: (table: string, id: string) => ["records", table, "one", id] as const,
  jobs: () => ["jobs"] as const,
  timeline: (table: string, id: string, kinds: string) => ["records", table, "one", id, "timeline", kinds] as const,
};
