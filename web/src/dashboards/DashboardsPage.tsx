import { PageHeader } from "@/ui/PageHeader.tsx";

export default function DashboardsPage() {
  return <PageHeader title="Dashboards" />;
}
