import { PageHeader } from "@/ui/PageHeader.tsx";

export default function ReportPage() {
  return <PageHeader title="Report" />;
}
