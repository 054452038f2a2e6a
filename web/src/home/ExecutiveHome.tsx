import { DashboardTiles } from "./DashboardTiles.tsx";

/** The figures of the business. */
export function ExecutiveHome() {
  return <DashboardTiles dashboard="executive_summary" figures={8} charts={4} />;
}
