/** Draws PDF files; the library comes when the first one is opened. */

export interface PdfFile {
  pageCount: number;
  draw: (page: number, canvas: HTMLCanvasElement) => Promise<void>;
  close: () => void;
}

/** Sharp on dense screens, bounded in memory. */
const SCALE = 1.6;

export async function openPdf(blob: Blob): Promise<PdfFile> {
  const [{ getDocument, GlobalWorkerOptions }, data] = await Promise.all([import("pdfjs-dist"), blob.arrayBuffer()]);
  GlobalWorkerOptions.workerPort ??= new Worker(new URL("pdfjs-dist/build/pdf.worker.min.mjs", import.meta.url), {
    type: "module",
  });
  // No code is made from text, and fonts and pictures come from the file alone.
  const loading = getDocument({
    data,
    isEvalSupported: false,
    enableXfa: false,
    useWasm: false,
    useWorkerFetch: false,
  });
  const file = await loading.promise;
  return {
    pageCount: file.numPages,
    draw: async (number, canvas) => {
      const page = await file.getPage(number);
      const viewport = page.getViewport({ scale: SCALE });
      canvas.width = Math.floor(viewport.width);
      canvas.height = Math.floor(viewport.height);
      await page.render({ canvas, viewport, annotationMode: 0 }).promise;
    },
    close: () => void loading.destroy(),
  };
}
