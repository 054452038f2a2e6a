/** Browser and system in words, out of what a browser calls itself. */
export function deviceName(agent: string | null | undefined): string {
  if (!agent) return "A program";
  const browser = first(agent, [
    ["Edg/", "Edge"],
    ["OPR/", "Opera"],
    ["Firefox/", "Firefox"],
    ["Chrome/", "Chrome"],
    ["Safari/", "Safari"],
  ]);
  const system = first(agent, [
    ["iPhone", "iPhone"],
    ["iPad", "iPad"],
    ["Android", "Android"],
    ["Windows", "Windows"],
    ["Mac OS X", "Mac"],
    ["Linux", "Linux"],
  ]);
  if (!browser) return agent.split(/[ /]/)[0] ?? agent;
  return system ? `${browser} on ${system}` : browser;
}

function first(agent: string, names: readonly (readonly [string, string])[]): string | undefined {
  return names.find(([mark]) => agent.includes(mark))?.[1];
}
