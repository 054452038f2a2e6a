import type { Tone } from "@/ui/Badge.tsx";

const TONES: Record<string, Tone> = {
  new: "info",
  open: "info",
  prospect: "info",
  in_progress: "violet",
  contacted: "violet",
  qualified: "accent",
  converted: "good",
  won: "good",
  done: "good",
  active: "good",
  customer: "good",
  partner: "violet",
  lost: "danger",
  closed: "danger",
  suspended: "warn",
  deactivated: "neutral",
  cancelled: "neutral",
  high: "danger",
  medium: "warn",
  paid: "good",
  sent: "good",
  failed: "danger",
  refused: "danger",
  pending: "info",
  sending: "violet",
  draft: "neutral",
  overdue: "danger",
  given: "good",
  withdrawn: "warn",
  champion: "good",
  challenger: "violet",
};

/** The colour of a choice; words keep their colour everywhere. */
export function toneOf(option: string): Tone {
  return TONES[option] ?? "neutral";
}

/** The colour of what came of a call or a meeting: people write it in words of their own. */
export function outcomeTone(outcome: string): Tone {
  if (/not.?(interested|delivered)|refused|rejected|lost|wrong/i.test(outcome)) return "danger";
  if (/no.?answer|no.?show|message|voicemail|busy|bounced/i.test(outcome)) return "warn";
  return "good";
}
