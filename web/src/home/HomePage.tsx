import { PageHeader } from "@/ui/PageHeader.tsx";

export default function HomePage() {
  return <PageHeader title="Home" />;
}
