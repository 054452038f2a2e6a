import { PageHeader } from "@/ui/PageHeader.tsx";

export default function DashboardEditPage() {
  return <PageHeader title="Edit dashboard" />;
}
