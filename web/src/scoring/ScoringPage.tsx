import { PageHeader } from "@/ui/PageHeader.tsx";

export default function ScoringPage() {
  return <PageHeader title="Scoring" />;
}
