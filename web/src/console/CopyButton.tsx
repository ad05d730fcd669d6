import { useState } from "react";
import { t } from "../shared/i18n";
import { ui } from "../shared/ui/parts";

/** Put a text on the clipboard and say so; not shown where the browser gives no clipboard. */
export function CopyButton({ text }: { text: string }) {
  const [copied, setCopied] = useState(false);
  if (!navigator.clipboard) return null;
  return (
    <button
      type="button"
      className={ui.button}
      onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}
    >
      <span aria-live="polite">{copied ? t("form.copied") : t("form.copy")}</span>
    </button>
  );
}
