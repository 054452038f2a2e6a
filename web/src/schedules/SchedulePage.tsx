import { PageHeader } from "@/ui/PageHeader.tsx";

export default function SchedulePage() {
  return <PageHeader title="Schedule" />;
}
