import { AnalyticsPage } from "./AnalyticsPage.tsx";

/** Analytics of contacts. */
export default function ContactAnalyticsPage() {
  return <AnalyticsPage subject="contacts" />;
}
