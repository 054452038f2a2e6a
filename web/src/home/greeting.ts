/** By the hour of the day, 0 to 23. */
export function greeting(hour = new Date().getHours()): string {
  if (hour < 5) return "Hello";
  if (hour < 12) return "Good morning";
  return hour < 18 ? "Good afternoon" : "Good evening";
}
