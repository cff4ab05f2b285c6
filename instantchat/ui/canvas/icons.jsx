// The canvas's own icons, imported one by one: lucide's barrel would bring all of them. Icons of nodes come from Python.
import AlertCircle from "lucide-react/dist/esm/icons/circle-alert.mjs";
import AlertTriangle from "lucide-react/dist/esm/icons/triangle-alert.mjs";
import ArrowLeft from "lucide-react/dist/esm/icons/arrow-left.mjs";
import Braces from "lucide-react/dist/esm/icons/braces.mjs";
import Check from "lucide-react/dist/esm/icons/check.mjs";
import ChevronDown from "lucide-react/dist/esm/icons/chevron-down.mjs";
import ChevronUp from "lucide-react/dist/esm/icons/chevron-up.mjs";
import Circle from "lucide-react/dist/esm/icons/circle.mjs";
import CloudOff from "lucide-react/dist/esm/icons/cloud-off.mjs";
import Copy from "lucide-react/dist/esm/icons/copy.mjs";
import Info from "lucide-react/dist/esm/icons/info.mjs";
import Loader from "lucide-react/dist/esm/icons/loader-circle.mjs";
import Maximize from "lucide-react/dist/esm/icons/maximize.mjs";
import Minus from "lucide-react/dist/esm/icons/minus.mjs";
import MousePointer from "lucide-react/dist/esm/icons/mouse-pointer-click.mjs";
import Pause from "lucide-react/dist/esm/icons/pause.mjs";
import Pencil from "lucide-react/dist/esm/icons/pencil.mjs";
import Play from "lucide-react/dist/esm/icons/play.mjs";
import Plus from "lucide-react/dist/esm/icons/plus.mjs";
import Redo from "lucide-react/dist/esm/icons/redo-2.mjs";
import Trash from "lucide-react/dist/esm/icons/trash-2.mjs";
import Undo from "lucide-react/dist/esm/icons/undo-2.mjs";
import X from "lucide-react/dist/esm/icons/x.mjs";
import ArrowRight from "lucide-react/dist/esm/icons/arrow-right.mjs";
import ChevronRight from "lucide-react/dist/esm/icons/chevron-right.mjs";
import Clock from "lucide-react/dist/esm/icons/clock.mjs";
import FastForward from "lucide-react/dist/esm/icons/fast-forward.mjs";
import FlaskConical from "lucide-react/dist/esm/icons/flask-conical.mjs";
import History from "lucide-react/dist/esm/icons/history.mjs";
import Rotate from "lucide-react/dist/esm/icons/rotate-ccw.mjs";
import Search from "lucide-react/dist/esm/icons/search.mjs";
import Send from "lucide-react/dist/esm/icons/send.mjs";
import { useContext } from "react";
import { IconsContext } from "./context.js";

export {
  AlertCircle, AlertTriangle, ArrowLeft, Braces, Check, ChevronDown, ChevronUp, Circle, CloudOff, Copy, Info, Loader, Maximize,
  Minus, MousePointer, Pause, Pencil, Play, Plus, Redo, Trash, Undo, X,
  ArrowRight, ChevronRight, Clock, FastForward, FlaskConical, History, Rotate, Search, Send,
};

export const SEVERITY = {
  error: { Icon: AlertCircle, text: "text-danger", soft: "bg-danger-soft text-danger", word: "Error" },
  warning: { Icon: AlertTriangle, text: "text-warning", soft: "bg-warning-soft text-warning", word: "Warning" },
  info: { Icon: Info, text: "text-info", soft: "bg-info-soft text-info", word: "Note" },
};

const RANK = ["error", "warning", "info"];
export const worst = (issues) => RANK.find((each) => issues.some((issue) => issue.severity === each)) ?? "info";

const TINTS = {
  Start: "bg-brand-soft text-brand-strong",
  Messages: "bg-info-soft text-info",
  Logic: "bg-warning-soft text-warning",
  Actions: "bg-success-soft text-success",
};

// A node type's icon on the tint of its group.
export function NodeIcon({ name, group, small = false }) {
  const icons = useContext(IconsContext);
  const size = small ? "size-7 rounded-md [&_svg]:size-4" : "size-9 rounded-lg [&_svg]:size-[18px]";
  return (
    <span aria-hidden className={`flex shrink-0 items-center justify-center ${size} ${TINTS[group] ?? "bg-muted text-muted-foreground"}`}>
      {icons?.[name] ?? <Circle />}
    </span>
  );
}
