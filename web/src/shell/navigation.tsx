/** What the sidebar and the palette lead to. */
import {
  Activity,
  BarChart3,
  Bell,
  Blocks,
  Box,
  Building2,
  CalendarClock,
  CheckSquare,
  Contact,
  Database,
  FileText,
  Gauge,
  Goal,
  Handshake,
  Home,
  LayoutDashboard,
  type LucideIcon,
  MessageSquareHeart,
  MessagesSquare,
  Milestone,
  Receipt,
  ScrollText,
  ShieldCheck,
  ShoppingCart,
  Split,
  SquareKanban,
  StickyNote,
  Target,
  UserRound,
  UserRoundX,
  UsersRound,
  Webhook,
  Workflow,
  Zap,
} from "lucide-react";
import type { Catalog, ObjectDef } from "@/api/catalog.ts";
import { links } from "@/links.ts";

export interface Place {
  label: string;
  to: string;
  icon: LucideIcon;
}

export interface Section {
  label: string | null;
  places: Place[];
}

const ICONS: Record<string, LucideIcon> = {
  leads: Target,
  contacts: Contact,
  companies: Building2,
  deals: Handshake,
  activities: Activity,
  tasks: CheckSquare,
  notes: StickyNote,
  comments: MessagesSquare,
  products: Box,
  orders: ShoppingCart,
  order_items: Receipt,
  lead_feedback: MessageSquareHeart,
  users: UserRound,
  teams: UsersRound,
  pipelines: Workflow,
  stages: SquareKanban,
  lead_statuses: Milestone,
  assignment_rules: Split,
  goals: Goal,
  deal_items: Receipt,
  roles: ShieldCheck,
};

/** Objects that have pages of their own, or that only the program keeps. */
const ELSEWHERE = new Set([
  "saved_reports",
  "dashboards",
  "saved_views",
  "schedules",
  "deliveries",
  "score_models",
  "roles",
  "workflow_rules",
]);
const SALES = ["leads", "contacts", "companies", "deals", "tasks", "activities"];

export function iconOf(table: string): LucideIcon {
  return ICONS[table] ?? Database;
}

/** The objects a person works with, sales first. */
export function workObjects(catalog: Catalog): ObjectDef[] {
  const rank = (object: ObjectDef) => (SALES.includes(object.table) ? SALES.indexOf(object.table) : SALES.length);
  return catalog.objects
    .filter((object) => object.permissions.read && !ELSEWHERE.has(object.table))
    .sort((a, b) => rank(a) - rank(b));
}

export function sections(catalog: Catalog, role: string | undefined): Section[] {
  const objects = workObjects(catalog);
  const place = (object: ObjectDef): Place => ({
    label: object.plural_label,
    to: links.list(object.table),
    icon: iconOf(object.table),
  });
  const sales = objects.filter((object) => SALES.includes(object.table));
  const more = objects.filter((object) => !SALES.includes(object.table));
  const afterAssignment = more.findIndex(({ table }) => table === "assignment_rules") + 1;
  const reads = (...tables: string[]) => tables.every((table) => catalog.byTable(table) !== undefined);
  const all: Section[] = [
    {
      label: null,
      places: [
        { label: "Home", to: links.home(), icon: Home },
        { label: "Inbox", to: links.inbox(), icon: Bell },
      ],
    },
    {
      label: "Sales",
      places: [
        ...sales.map(place),
        ...(reads("deals", "stages") ? [{ label: "Deals board", to: links.board(), icon: SquareKanban }] : []),
      ],
    },
    {
      label: "Analytics",
      places: [
        { label: "Reports", to: links.reports(), icon: BarChart3 },
        ...(reads("dashboards") ? [{ label: "Dashboards", to: links.dashboards(), icon: LayoutDashboard }] : []),
        { label: "SQL", to: links.sql(), icon: Database },
        ...(reads("schedules") ? [{ label: "Schedules", to: links.schedules(), icon: CalendarClock }] : []),
        ...(reads("leads", "score_models") ? [{ label: "Scoring", to: links.scoring(), icon: Gauge }] : []),
      ],
    },
    {
      label: "More",
      places: [
        { label: "Documents", to: links.documents(), icon: FileText },
        ...more.slice(0, afterAssignment).map(place),
        ...(reads("workflow_rules") ? [{ label: "Workflow rules", to: links.workflowRules(), icon: Zap }] : []),
        ...more.slice(afterAssignment).map(place),
      ],
    },
    {
      label: "Settings",
      places:
        role === "admin"
          ? [
              { label: "Roles", to: links.roles(), icon: ShieldCheck },
              { label: "Data model", to: links.dataModel(), icon: Blocks },
              { label: "Audit", to: links.audit(), icon: ScrollText },
              { label: "Webhooks", to: links.webhooks(), icon: Webhook },
              { label: "Privacy", to: links.privacy(), icon: UserRoundX },
            ]
          : [],
    },
  ];
  return all.filter(({ places }) => places.length > 0);
}
