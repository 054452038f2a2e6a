import { SearchX } from "lucide-react";
import { links } from "@/links.ts";
import { LinkButton } from "@/ui/Button.tsx";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { PageHeader } from "@/ui/PageHeader.tsx";

export function NotFoundPage() {
  return (
    <>
      <PageHeader title="Page not found" />
      <EmptyState
        title="There is nothing at this address"
        icon={<SearchX />}
        action={<LinkButton to={links.home()}>Go home</LinkButton>}
      >
        The link may be old, or the record may be gone. Search with Ctrl K.
      </EmptyState>
    </>
  );
}
