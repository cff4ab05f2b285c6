// Publishing: one click, or with a note for the history.
import { useState } from "react";
import { Button, DropMenu, MenuItem } from "./controls.jsx";
import { Ask } from "./dialogs.jsx";
import { ChevronDown, Loader, Pencil, Play } from "./icons.jsx";
import { CONTROL } from "./inputs.jsx";

export function Publish({ word, busy, onPublish }) {
  const [note, setNote] = useState(null);
  const more = (
    <Button look="primary" disabled={busy} aria-label="With a note" className="rounded-l-none border-l border-brand-foreground/30 px-2!">
      <ChevronDown className="size-4" aria-hidden />
    </Button>
  );
  return (
    <div className="flow-publish">
      <Button look="primary" onClick={() => onPublish()} disabled={busy} className="rounded-r-none">
        {busy ? <Loader className="size-4 animate-spin" aria-hidden /> : <Play className="size-4" aria-hidden />}
        {word}
      </Button>
      <DropMenu trigger={more}>
        <MenuItem onSelect={() => setTimeout(() => setNote(""))}>
          <Pencil className="mt-0.5 size-4 text-muted-foreground" aria-hidden /> {word} with a note…
        </MenuItem>
      </DropMenu>
      {note !== null && (
        <Ask title={`${word} with a note`} about="It stands beside the version in the history." action={word} onClose={() => setNote(null)} onAction={() => onPublish(note)}>
          <label className="flex flex-col gap-1.5 text-sm font-medium">
            Note
            <input autoFocus maxLength={500} value={note} placeholder="What changed, and why" onChange={(event) => setNote(event.target.value)} className={`${CONTROL} h-10 px-3 font-normal`} />
          </label>
        </Ask>
      )}
    </div>
  );
}
