import { PageHeader } from "@/ui/PageHeader.tsx";

export default function SqlPage() {
  return <PageHeader title="SQL" />;
}
