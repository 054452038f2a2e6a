/** Every address inside the application; pages never spell one out. */
export const links = {
  home: () => "/",
  signIn: (back?: string) => (back ? `/sign-in?back=${encodeURIComponent(back)}` : "/sign-in"),
  register: () => "/register",
  forgot: () => "/forgot",
  account: () => "/account",
  invite: () => "/users/invite",
  list: (table: string, parameters?: Record<string, string>) => withParameters(`/${table}`, parameters),
  record: (table: string, id: string) => `/${table}/${id}`,
  create: (table: string, parameters?: Record<string, string>) => withParameters(`/${table}/new`, parameters),
  edit: (table: string, id: string) => `/${table}/${id}/edit`,
  inbox: () => "/inbox",
  duplicates: (table: string) => `/${table}/duplicates`,
  import: (table: string) => `/${table}/import`,
  board: () => "/deals/board",
  documents: () => "/documents",
  audit: () => "/audit",
  webhooks: () => "/settings/webhooks",
  /** Requests of people; with a person, what can be done for them. */
  privacy: (person?: { object: string; id: string }) => withParameters("/settings/privacy", person),
  reports: () => "/reports",
  newReport: () => "/reports/new",
  /** A ready report by name, or a saved one by id. */
  report: (name: string, parameters?: Record<string, string>) =>
    withParameters(`/reports/${encodeURIComponent(name)}`, parameters),
  dashboards: () => "/dashboards",
  newDashboard: () => "/dashboards/new",
  dashboard: (name: string) => `/dashboards/${encodeURIComponent(name)}`,
  editDashboard: (name: string) => `/dashboards/${encodeURIComponent(name)}/edit`,
  sql: (text?: string) => withParameters("/sql", text ? { q: text } : undefined),
  schedules: () => "/schedules",
  newSchedule: (parameters?: Record<string, string>) => withParameters("/schedules/new", parameters),
  schedule: (id: string) => `/schedules/${id}`,
  workflowRules: () => "/workflow-rules",
  newWorkflowRule: (parameters?: Record<string, string>) => withParameters("/workflow-rules/new", parameters),
  workflowRule: (id: string) => `/workflow-rules/${id}`,
  scoring: () => "/scoring",
  analytics: (subject: string) => `/${subject}/analytics`,
  search: (text: string) => withParameters("/search", { q: text }),
  /** The fields of an object by its singular name. */
  dataModel: (object?: string) => (object ? `/settings/data-model/${object}` : "/settings/data-model"),
  roles: () => "/settings/roles",
  /** A preset by name, or a custom role by id. */
  role: (role: string) => `/settings/roles/${role}`,
} as const;

function withParameters(path: string, parameters?: Record<string, string>): string {
  return parameters ? `${path}?${new URLSearchParams(parameters)}` : path;
}
