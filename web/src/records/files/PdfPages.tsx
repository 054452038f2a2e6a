import { useEffect, useRef, useState } from "react";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import css from "./Files.module.css";
import { openPdf, type PdfFile } from "./pdf.ts";

/** Pages drawn at once; further ones on request. */
const PAGES_AT_ONCE = 10;

/** The pages of a PDF as pictures: its scripts, forms and links are not there. */
export function PdfPages({ blob }: { blob: Blob }) {
  const [pdf, setPdf] = useState<PdfFile>();
  const [error, setError] = useState<unknown>();
  const [shown, setShown] = useState(PAGES_AT_ONCE);
  useEffect(() => {
    let opened: PdfFile | undefined;
    let wanted = true;
    openPdf(blob).then(
      (file) => {
        opened = file;
        if (wanted) setPdf(file);
        else file.close();
      },
      (thrown: unknown) => wanted && setError(thrown),
    );
    return () => {
      wanted = false;
      opened?.close();
    };
  }, [blob]);
  if (error) return <ProblemState error={error} compact />;
  if (!pdf) return <SkeletonRows />;
  const pages = Array.from({ length: Math.min(shown, pdf.pageCount) }, (_, index) => index + 1);
  return (
    <div className={css.pages}>
      {pages.map((number) => (
        <Page key={number} pdf={pdf} number={number} />
      ))}
      {shown < pdf.pageCount && (
        <button type="button" className={css.versions} onClick={() => setShown(shown + PAGES_AT_ONCE)}>
          Show more of {pdf.pageCount} pages
        </button>
      )}
    </div>
  );
}

function Page({ pdf, number }: { pdf: PdfFile; number: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (canvas.current) void pdf.draw(number, canvas.current);
  }, [pdf, number]);
  return <canvas ref={canvas} className={css.page} role="img" aria-label={`Page ${number} of ${pdf.pageCount}`} />;
}
