import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { RouterProvider } from "react-router/dom";
import "@fontsource-variable/inter/wght.css";
import "./theme/tokens.css";
import "./theme/base.css";
import { queryClient } from "./api/queryClient.ts";
import { resumeSession } from "./api/renewal.ts";
import { createRouter } from "./routes.tsx";
import { PageSkeleton } from "./ui/Skeleton.tsx";
import { Toasts } from "./ui/toast.tsx";
import { TooltipProvider } from "./ui/Tooltip.tsx";

const root = document.getElementById("root");
if (root) {
  await resumeSession();
  const router = createRouter();
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <TooltipProvider>
          <Suspense fallback={<PageSkeleton />}>
            <RouterProvider router={router} />
          </Suspense>
          <Toasts />
        </TooltipProvider>
      </QueryClientProvider>
    </StrictMode>,
  );
}
