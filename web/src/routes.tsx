/** Every page and its address. Pages are loaded when they are first opened. */
import { type ComponentType, lazy, type LazyExoticComponent } from "react";
import { createBrowserRouter, type RouteObject } from "react-router";
import { RequireSession } from "./auth/RequireSession.tsx";
import { Shell } from "./shell/Shell.tsx";
import { PageFailed } from "./shell/PageFailed.tsx";
import { NotFoundPage } from "./shell/NotFoundPage.tsx";

const pages = {
  signIn: lazy(() => import("./auth/SignInPage.tsx")),
  register: lazy(() => import("./auth/RegisterPage.tsx")),
  arrival: lazy(() => import("./auth/ArrivalPage.tsx")),
  confirm: lazy(() => import("./auth/ConfirmPage.tsx")),
  forgot: lazy(() => import("./auth/ForgotPage.tsx")),
  reset: lazy(() => import("./auth/ResetPage.tsx")),
  welcome: lazy(() => import("./auth/WelcomePage.tsx")),
  account: lazy(() => import("./account/AccountPage.tsx")),
  invite: lazy(() => import("./auth/InvitePage.tsx")),
  home: lazy(() => import("./home/HomePage.tsx")),
  board: lazy(() => import("./board/BoardPage.tsx")),
  list: lazy(() => import("./records/ListPage.tsx")),
  record: lazy(() => import("./records/RecordPage.tsx")),
  create: lazy(() => import("./records/CreatePage.tsx")),
  edit: lazy(() => import("./records/EditPage.tsx")),
  duplicates: lazy(() => import("./records/DuplicatesPage.tsx")),
  import: lazy(() => import("./imports/ImportPage.tsx")),
  documents: lazy(() => import("./records/files/DocumentsPage.tsx")),
  audit: lazy(() => import("./audit/AuditPage.tsx")),
  webhooks: lazy(() => import("./webhooks/WebhooksPage.tsx")),
  privacy: lazy(() => import("./privacy/PrivacyPage.tsx")),
  reports: lazy(() => import("./reports/ReportsPage.tsx")),
  report: lazy(() => import("./reports/ReportPage.tsx")),
  sql: lazy(() => import("./explore/SqlPage.tsx")),
  dashboards: lazy(() => import("./dashboards/DashboardsPage.tsx")),
  dashboard: lazy(() => import("./dashboards/DashboardPage.tsx")),
  dashboardEdit: lazy(() => import("./dashboards/DashboardEditPage.tsx")),
  schedules: lazy(() => import("./schedules/SchedulesPage.tsx")),
  schedule: lazy(() => import("./schedules/SchedulePage.tsx")),
  workflowRules: lazy(() => import("./workflow/WorkflowRulesPage.tsx")),
  workflowRule: lazy(() => import("./workflow/WorkflowRulePage.tsx")),
  contactAnalytics: lazy(() => import("./analytics/ContactAnalyticsPage.tsx")),
  companyAnalytics: lazy(() => import("./analytics/CompanyAnalyticsPage.tsx")),
  search: lazy(() => import("./search/SearchPage.tsx")),
  inbox: lazy(() => import("./inbox/InboxPage.tsx")),
  scoring: lazy(() => import("./scoring/ScoringPage.tsx")),
  dataModel: lazy(() => import("./datamodel/DataModelPage.tsx")),
  roles: lazy(() => import("./roles/RolesPage.tsx")),
};

export const routes: RouteObject[] = [
  { path: "/sign-in", ...page(pages.signIn) },
  { path: "/register", ...page(pages.register) },
  { path: "/sign-in/:provider", ...page(pages.arrival) },
  { path: "/confirm", ...page(pages.confirm) },
  { path: "/forgot", ...page(pages.forgot) },
  { path: "/reset", ...page(pages.reset) },
  { path: "/welcome", ...page(pages.welcome) },
  {
    element: (
      <RequireSession>
        <Shell />
      </RequireSession>
    ),
    errorElement: <PageFailed />,
    children: [
      {
        errorElement: <PageFailed />,
        children: [
          { path: "/", ...page(pages.home) },
          { path: "/reports", ...page(pages.reports) },
          { path: "/reports/new", ...page(pages.report) },
          { path: "/reports/:name", ...page(pages.report) },
          { path: "/sql", ...page(pages.sql) },
          { path: "/dashboards", ...page(pages.dashboards) },
          { path: "/dashboards/new", ...page(pages.dashboardEdit) },
          { path: "/dashboards/:name", ...page(pages.dashboard) },
          { path: "/dashboards/:name/edit", ...page(pages.dashboardEdit) },
          { path: "/schedules", ...page(pages.schedules) },
          { path: "/schedules/new", ...page(pages.schedule) },
          { path: "/schedules/:id", ...page(pages.schedule) },
          { path: "/workflow-rules", ...page(pages.workflowRules) },
          { path: "/workflow-rules/new", ...page(pages.workflowRule) },
          { path: "/workflow-rules/:id", ...page(pages.workflowRule) },
          { path: "/search", ...page(pages.search) },
          { path: "/scoring", ...page(pages.scoring) },
          { path: "/contacts/analytics", ...page(pages.contactAnalytics) },
          { path: "/companies/analytics", ...page(pages.companyAnalytics) },
          { path: "/inbox", ...page(pages.inbox) },
          { path: "/settings/data-model", ...page(pages.dataModel) },
          { path: "/settings/data-model/:object", ...page(pages.dataModel) },
          { path: "/settings/roles", ...page(pages.roles) },
          { path: "/settings/roles/:role", ...page(pages.roles) },
          { path: "/deals/board", ...page(pages.board) },
          { path: "/account", ...page(pages.account) },
          { path: "/users/invite", ...page(pages.invite) },
          { path: "/documents", ...page(pages.documents) },
          { path: "/audit", ...page(pages.audit) },
          { path: "/settings/webhooks", ...page(pages.webhooks) },
          { path: "/settings/privacy", ...page(pages.privacy) },
          { path: "/:table", ...page(pages.list) },
          { path: "/:table/new", ...page(pages.create) },
          { path: "/:table/import", ...page(pages.import) },
          { path: "/:table/duplicates", ...page(pages.duplicates) },
          { path: "/:table/:id", ...page(pages.record) },
          { path: "/:table/:id/edit", ...page(pages.edit) },
          { path: "*", element: <NotFoundPage /> },
        ],
      },
    ],
  },
];

export const createRouter = () => createBrowserRouter(routes);

function page(Page: LazyExoticComponent<ComponentType>): RouteObject {
  return { element: <Page /> };
}
