import { PageHeader } from "@/ui/PageHeader.tsx";

export default function EditPage() {
  return <PageHeader title="Edit" />;
}
