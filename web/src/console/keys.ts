/** Keys that work anywhere in the workspace, unless somebody is typing. */
import { useEffect } from "react";
import { currentRoute, go, type View } from "./route";

const VIEW_KEYS: Record<string, View> = {
  "1": "map",
  "2": "board",
  "3": "devices",
  "4": "letters",
  "5": "broker",
  "6": "precision",
  "7": "backlog",
  "8": "firmware",
  "9": "claims",
  "0": "limits",
  c: "cases",
  i: "incidents",
  p: "playbooks",
  o: "policy",
};

/** True while the key belongs to a text field or an open dialog. */
export function isTyping(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return true;
  if (document.querySelector("dialog[open]")) return true;
  const target = event.target;
  return target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable]");
}

export function useGlobalKeys(onHelp: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (isTyping(event)) return;
      const route = currentRoute();
      const view = VIEW_KEYS[event.key];
      if (event.key === "?") onHelp();
      else if (event.key === "Escape" && route.wide) go({ wide: false });
      else if (event.key === "Escape" && route.selection) {
        go({ selection: null });
        document.getElementById("queue-list")?.focus();
      } else if (event.key === "w" && route.selection) go({ wide: !route.wide });
      else if (event.key === "/") document.getElementById("queue-search")?.focus();
      else if (view) go({ view, wide: false });
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [onHelp]);
}
