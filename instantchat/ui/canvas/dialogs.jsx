// Questions over the page, as the rest of the product draws them (ui/dialog.py).
import * as Dialog from "@radix-ui/react-dialog";
import { Button } from "./controls.jsx";

const BOX =
  "fixed z-50 left-1/2 top-1/2 -translate-x-1/2 -translate-y-1/2 w-[calc(100vw-2rem)] max-w-md max-h-[calc(100dvh-2rem)] " +
  "overflow-y-auto rounded-xl border border-border bg-surface p-5 sm:p-6 shadow-overlay outline-none data-[state=open]:animate-fade";

export function Ask({ title, about, action, isAlert = false, onClose, onAction, children }) {
  const submit = (event) => {
    event.preventDefault();
    onAction();
    onClose();
  };
  return (
    <Dialog.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-overlay data-[state=open]:animate-fade" />
        <Dialog.Content className={BOX} role={isAlert ? "alertdialog" : "dialog"}>
          <Dialog.Title className="text-lg font-semibold tracking-tight text-pretty">{title}</Dialog.Title>
          <Dialog.Description className="mt-1 text-pretty text-muted-foreground">{about}</Dialog.Description>
          <form onSubmit={submit} className="mt-5 flex flex-col gap-5">
            {children}
            <div className="flex flex-col-reverse gap-2 sm:flex-row sm:justify-end">
              <Button onClick={onClose}>Cancel</Button>
              <Button look="primary" type="submit">{action}</Button>
            </div>
          </form>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
