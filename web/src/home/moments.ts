/** Moments that lists ask for, rounded so that the question stays the same during a day. */

export function endOfToday(now = new Date()): string {
  const end = new Date(now);
  end.setHours(23, 59, 59, 0);
  return end.toISOString();
}

export function dayAgo(days: number, now = new Date()): string {
  const day = new Date(now);
  day.setDate(day.getDate() - days);
  day.setHours(23, 59, 59, 0);
  return day.toISOString();
}
