import { useEffect } from "react";
import { useNavigate } from "react-router";
import { Toaster, toast } from "sonner";

const SEEN = "instantchat-toast";

// Shows each item of the state once. `item.id` grows; the last one shown is kept with the tab, as the state is, so that
// neither a reconnect nor a reload repeats it.
export function Toasts({ item, theme }) {
  const navigate = useNavigate();
  useEffect(() => {
    if (!item?.id || item.id <= Number(window.sessionStorage.getItem(SEEN))) return;
    window.sessionStorage.setItem(SEEN, item.id);
    const show = toast[item.tone] ?? toast;
    show(item.text, {
      id: item.key || undefined,
      duration: item.href ? 10000 : item.tone === "error" ? 8000 : 4000,
      position: item.href ? "top-right" : undefined, // what comes by itself must not cover where somebody writes
      action: item.href ? { label: "Open", onClick: () => navigate(item.href) } : undefined,
    });
  }, [item?.id]);
  return (
    <Toaster
      theme={theme}
      position="bottom-right"
      closeButton
      style={{
        fontFamily: "inherit",
        "--toast-close-button-start": "unset",
        "--toast-close-button-end": "0",
        "--toast-close-button-transform": "translate(35%, -35%)",
      }}
      offset={16}
      mobileOffset={12}
      toastOptions={{
        actionButtonStyle: {
          background: "var(--muted)",
          color: "var(--foreground)",
          height: "28px",
          padding: "0 10px",
        },
        style: {
          background: "var(--surface)",
          color: "var(--foreground)",
          border: "1px solid var(--border)",
          boxShadow: "var(--shadow-raised)",
        },
      }}
    />
  );
}
