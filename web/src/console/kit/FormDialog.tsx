import { type ReactNode, useState } from "react";
import { t } from "../../shared/i18n";
import { Refusal, ui } from "../../shared/ui/parts";
import { Modal } from "../Modal";
import { useWrite } from "../useWrite";
import { type Field, Fields, type Values } from "./Fields";

interface Props<Answer> {
  title: string;
  fields: readonly Field[];
  initial: Values;
  /** What the button says. */
  action?: string;
  /** Sends the values; afterwards what is shown under `keys` is fetched again. */
  send: (values: Values) => Promise<Answer>;
  keys: readonly (readonly unknown[])[];
  onDone?: (answer: Answer) => void;
  onClose: () => void;
  wide?: boolean;
  children?: ReactNode;
}

/** A form in a dialog: what is asked is a table, refusals stand at their fields, success closes it. */
export function FormDialog<Answer>(props: Props<Answer>) {
  const { title, fields, initial, action, send, keys, onDone, onClose, wide, children } = props;
  const [values, setValues] = useState(initial);
  const write = useWrite(send, keys, (answer) => {
    onDone?.(answer);
    onClose();
  });
  return (
    <Modal title={title} onClose={onClose} wide={wide ?? fields.length > 8}>
      <form
        className={ui.stack}
        onSubmit={(event) => {
          event.preventDefault();
          write.mutate(values);
        }}
      >
        {children}
        <Fields fields={fields} values={values} onChange={setValues} error={write.error} />
        <Refusal error={write.error} />
        <div className={ui.dialogButtons}>
          <button type="button" className={ui.button} onClick={onClose}>
            {t("app.cancel")}
          </button>
          <button type="submit" className={`${ui.button} ${ui.primary}`} disabled={write.isPending}>
            {action ?? t("kit.save")}
          </button>
        </div>
      </form>
    </Modal>
  );
}
