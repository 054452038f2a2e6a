import css from "./Skeleton.module.css";

/** A grey bar in place of text that is still coming. */
export function Skeleton({ width = "100%", height = 14 }: { width?: number | string; height?: number }) {
  return <span className={css.bar} style={{ width, height }} data-skeleton aria-hidden />;
}

export function SkeletonRows({ count = 8 }: { count?: number }) {
  return (
    <div className={css.rows} role="status" aria-label="Loading">
      {Array.from({ length: count }, (_, row) => (
        <div key={row} className={css.row}>
          <Skeleton width={`${22 + ((row * 7) % 14)}%`} />
          <Skeleton width={`${12 + ((row * 5) % 9)}%`} />
          <Skeleton width={`${10 + ((row * 3) % 12)}%`} />
        </div>
      ))}
    </div>
  );
}

export function PageSkeleton() {
  return (
    <div className={css.page}>
      <Skeleton width={180} height={24} />
      <SkeletonRows />
    </div>
  );
}
