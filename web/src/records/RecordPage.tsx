import { PageHeader } from "@/ui/PageHeader.tsx";

export default function RecordPage() {
  return <PageHeader title="Record" />;
}
