import { PageHeader } from "@/ui/PageHeader.tsx";

export default function SchedulesPage() {
  return <PageHeader title="Schedules" />;
}
