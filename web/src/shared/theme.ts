/** Light or dark, kept per browser; without a choice the system decides. */
import { useSyncExternalStore } from "react";

export type Theme = "system" | "light" | "dark";
const THEME_KEY = "fieldhand.theme";
const listeners = new Set<() => void>();
const system = matchMedia("(prefers-color-scheme: dark)");

function kept(): Theme {
  const theme = localStorage.getItem(THEME_KEY);
  return theme === "light" || theme === "dark" ? theme : "system";
}

let theme: Theme = kept();

function apply(): void {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}
apply();

system.addEventListener("change", () => {
  for (const listener of listeners) listener();
});

export function setTheme(next: Theme): void {
  theme = next;
  localStorage.setItem(THEME_KEY, next);
  apply();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, () => theme);
}

/** What is really shown. */
export function useDark(): boolean {
  return useSyncExternalStore(subscribe, () => (theme === "system" ? system.matches : theme === "dark"));
}

/** The colour of a token now, as `rgb(...)`, for canvas and map. */
export function tokenColour(name: string): string {
  const probe = document.createElement("i");
  probe.style.color = `var(--${name})`;
  probe.hidden = true;
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}
