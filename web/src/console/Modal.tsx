import { type ReactNode, useEffect, useRef } from "react";
import { ui } from "../shared/ui/parts";

/** The native modal dialog: focus trap, Esc and backdrop come from the browser. */
export function Modal({
  title,
  onClose,
  children,
  wide = false,
}: {
  title: string;
  onClose: () => void;
  children: ReactNode;
  /** Room for a document, a chart or many codes. */
  wide?: boolean;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={`${ui.dialog} ${wide ? ui.wideDialog : ""}`}
      aria-labelledby="modal-title"
      onClose={onClose}
    >
      <h2 id="modal-title">{title}</h2>
      {children}
    </dialog>
  );
}
