import { useState } from "react";
import { code, label, t } from "../../shared/i18n";
import { Refusal, ui } from "../../shared/ui/parts";
import { type Field, Fields, type Values } from "../kit";
import { Modal } from "../Modal";
import { select } from "../route";
import { useWrite } from "../useWrite";
import { blank, type Checklist, type Draft, type Item, PATH, SIGNATURES, save, stateOf } from "./api";
import css from "./checklists.module.css";
import { ItemFields } from "./ItemFields";
import { Preview } from "./Preview";

const WORK_TYPES = ["corrective", "preventive", "inspection"] as const;

const fields = (fixed: boolean): Field[] => [
  ...(fixed ? [] : [{ name: "code", label: t("checklist.code"), required: true, maxLength: 64 }]),
  { name: "name_zh", label: t("checklist.nameZh"), required: true },
  { name: "name_en", label: t("checklist.nameEn"), required: true },
  { name: "asset_class", label: t("checklist.class"), maxLength: 64 },
  {
    name: "work_type",
    label: t("checklist.work"),
    kind: "choice",
    options: WORK_TYPES.map((one) => [one, code("work_type", one)] as const),
  },
  { name: "pass_mark", label: t("checklist.passMark"), kind: "number", min: 0, max: 100 },
  {
    name: "signature",
    label: t("checklist.signature"),
    kind: "choice",
    required: true,
    options: SIGNATURES.map((one) => [one, label("checklist.signature", one)] as const),
  },
];

function freeKey(items: readonly Item[]): string {
  let n = items.length + 1;
  while (items.some((item) => item.key === `item${n}`)) n += 1;
  return `item${n}`;
}

/** Writes a new checklist, a draft anew, or the next version of one that is in use; tried out beside it. */
export function Editor({ from, onClose }: { from?: Checklist; onClose: () => void }) {
  const [head, setHead] = useState<Values>(
    from
      ? { ...from }
      : {
          code: "",
          name_zh: "",
          name_en: "",
          asset_class: null,
          work_type: null,
          pass_mark: null,
          signature: "none",
        },
  );
  const [items, setItems] = useState<Item[]>(from?.items ?? [blank("item1")]);
  const draft = {
    name_zh: head.name_zh,
    name_en: head.name_en,
    asset_class: head.asset_class,
    work_type: head.work_type,
    pass_mark: head.pass_mark,
    signature: head.signature,
    items,
  } as Draft;
  const id = from && stateOf(from) === "draft" ? from.id : null;
  const write = useWrite(
    () => save(from?.code ?? String(head.code), id, draft),
    [[PATH], [`${PATH}/${id}`]],
    (made) => {
      onClose();
      select("checklists", made.id);
    },
  );
  const change = (place: number, item: Item) => setItems(items.map((one, at) => (at === place ? item : one)));
  const move = (place: number, by: number) => {
    const other = [...items];
    const [item] = other.splice(place, 1);
    if (item) other.splice(place + by, 0, item);
    setItems(other);
  };
  const title = from ? t(id ? "checklist.edit" : "checklist.newVersion") : t("checklist.new");
  return (
    <Modal title={title} onClose={onClose} wide>
      <form
        className={ui.stack}
        onSubmit={(event) => {
          event.preventDefault();
          write.mutate(undefined);
        }}
      >
        <Fields fields={fields(from !== undefined)} values={head} onChange={setHead} error={write.error} />
        <div className={css.editor}>
          <div className={ui.stack}>
            {items.map((item, place) => (
              <ItemFields
                // biome-ignore lint/suspicious/noArrayIndexKey: the key of an item is what is edited
                key={place}
                item={item}
                place={place}
                others={items.filter((one) => one !== item)}
                last={place === items.length - 1}
                onChange={(next) => change(place, next)}
                onMove={(by) => move(place, by)}
                onDrop={() => setItems(items.filter((one) => one !== item))}
              />
            ))}
            <button
              type="button"
              className={ui.button}
              onClick={() => setItems([...items, blank(freeKey(items))])}
            >
              {t("checklist.add")}
            </button>
          </div>
          <Preview draft={draft} />
        </div>
        <Refusal error={write.error} />
        <div className={ui.dialogButtons}>
          <button type="button" className={ui.button} onClick={onClose}>
            {t("app.cancel")}
          </button>
          <button type="submit" className={`${ui.button} ${ui.primary}`} disabled={write.isPending}>
            {t("kit.save")}
          </button>
        </div>
      </form>
    </Modal>
  );
}
