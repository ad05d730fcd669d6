/** Keys that work anywhere in the workspace, unless somebody is typing. */
import { useEffect } from "react";
import { currentRoute, go } from "./route";
import { GO_KEYS, VIEW_KEYS, type View } from "./views";

const PATIENCE = 1500;
let wentAt = Number.NEGATIVE_INFINITY;

/** True while the key belongs to a text field or an open dialog. */
export function isTyping(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return true;
  if (document.querySelector("dialog[open]")) return true;
  const target = event.target;
  return target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable]");
}

/** The page that a key opens: alone, or as the second one after `g`. */
function viewOf(key: string, at: number): View | undefined {
  const second = at - wentAt < PATIENCE;
  wentAt = key === "g" && !second ? at : Number.NEGATIVE_INFINITY;
  return (second ? GO_KEYS : VIEW_KEYS)[key];
}

export function useGlobalKeys(onHelp: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (isTyping(event)) return;
      const route = currentRoute();
      const view = viewOf(event.key, event.timeStamp);
      if (view) go({ view, wide: false });
      else if (event.key === "?") onHelp();
      else if (event.key === "Escape" && route.wide) go({ wide: false });
      else if (event.key === "Escape" && route.selection) {
        go({ selection: null });
        document.getElementById("queue-list")?.focus();
      } else if (event.key === "w" && route.selection) go({ wide: !route.wide });
      else if (event.key === "/")
        (document.getElementById("list-search") ?? document.getElementById("queue-search"))?.focus();
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [onHelp]);
}
