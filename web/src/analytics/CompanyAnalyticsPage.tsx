import { AnalyticsPage } from "./AnalyticsPage.tsx";

/** Analytics of companies. */
export default function CompanyAnalyticsPage() {
  return <AnalyticsPage subject="companies" />;
}
