import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { send } from "@/api/client.ts";
import { keys } from "@/api/keys.ts";
import { Avatar } from "@/ui/Avatar.tsx";
import { Button } from "@/ui/Button.tsx";
import { say, sayProblem } from "@/ui/toast.tsx";
import css from "./Account.module.css";
import { smallPicture } from "./picture.ts";

/** One's picture, and a button to choose another. */
export function PictureField({ id, name, picture }: { id: string; name: string; picture: string }) {
  const input = useRef<HTMLInputElement>(null);
  const queries = useQueryClient();
  const done = (what: string) => ({
    onSuccess: async () => {
      say(what);
      await queries.invalidateQueries({ queryKey: keys.table("users") });
    },
    onError: (thrown: unknown) => sayProblem("The picture could not be changed", thrown),
  });
  const upload = useMutation({
    mutationFn: async (file: File) =>
      send(`/api/users/${id}/avatar`, {
        method: "PUT",
        headers: { "content-type": "application/octet-stream" },
        body: await smallPicture(file),
      }),
    ...done("Your picture is kept"),
  });
  const remove = useMutation({
    mutationFn: () => send(`/api/users/${id}/avatar`, { method: "DELETE" }),
    ...done("Your picture is removed"),
  });
  const own = picture.includes(`/api/users/${id}/avatar`);
  return (
    <div className={css.picture}>
      {own ? <img src={pathOf(picture)} alt={name} width={56} height={56} /> : <Avatar name={name} size={56} />}
      <input
        ref={input}
        type="file"
        accept="image/png,image/jpeg,image/webp"
        aria-label="Picture"
        hidden
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file) upload.mutate(file);
          event.target.value = "";
        }}
      />
      <div className={css.verbs}>
        <Button busy={upload.isPending} onClick={() => input.current?.click()}>
          {own ? "Change the picture" : "Add a picture"}
        </Button>
        {own && (
          <Button busy={remove.isPending} onClick={() => remove.mutate()}>
            Remove
          </Button>
        )}
      </div>
    </div>
  );
}

/** The address without the host: the page may be open under another one than the public address. */
function pathOf(url: string): string {
  const { pathname, search } = new URL(url, window.location.origin);
  return pathname + search;
}
