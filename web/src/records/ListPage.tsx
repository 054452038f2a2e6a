import { PageHeader } from "@/ui/PageHeader.tsx";

export default function ListPage() {
  return <PageHeader title="List" />;
}
