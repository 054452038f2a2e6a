import { CloudOff } from "lucide-react";
import { useConnection } from "@/api/connection.ts";
import css from "./OfflineStrip.module.css";

/** Says that the server is out of reach; what is on the page may be old. */
export function OfflineStrip() {
  const connection = useConnection();
  if (connection === "online") return null;
  return (
    <div className={css.strip} role="status">
      <CloudOff size={15} aria-hidden />
      {connection === "offline" ? "You are offline." : "The server cannot be reached."} What you see may be out of date;
      changes cannot be saved until it is back.
    </div>
  );
}
