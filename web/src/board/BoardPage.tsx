import { PageHeader } from "@/ui/PageHeader.tsx";

export default function BoardPage() {
  return <PageHeader title="Deals" />;
}
