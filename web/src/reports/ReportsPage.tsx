import { PageHeader } from "@/ui/PageHeader.tsx";

export default function ReportsPage() {
  return <PageHeader title="Reports" />;
}
