import { PageHeader } from "@/ui/PageHeader.tsx";

export default function CreatePage() {
  return <PageHeader title="New" />;
}
