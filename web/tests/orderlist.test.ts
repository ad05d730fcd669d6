import { describe, expect, it } from "vitest";
import { askedOf, filterOf } from "../src/console/orderlist/api";
import { columnNames, USUAL } from "../src/console/orderlist/columns";
import { setTimeZone } from "../src/shared/time";

describe("the list of orders", () => {
  it("asks the server for lists as lists and for days as instants of the tenant's zone", () => {
    setTimeZone("Asia/Shanghai");

    const asked = askedOf({
      state: "open,scheduled",
      created_from: "2026-11-01",
      created_to: "2026-11-02",
      columns: "queue",
    });

    expect(asked).toEqual({
      state: ["open", "scheduled"],
      created_from: "2026-10-31T16:00:00.000Z",
      created_to: "2026-11-02T16:00:00.000Z",
    });
  });

  it("shows a saved view as it was kept", () => {
    setTimeZone("Asia/Shanghai");
    const filter = {
      state: "open",
      priority: "1,2",
      overdue: "true",
      due_from: "2026-11-01",
      due_to: "2026-11-30",
      q: "泵",
    };
    const kept = { ...askedOf(filter), priority: [1, 2], overdue: true, sort: "-due" };

    const shown = filterOf({ query: kept, columns: ["number", "queue"] });

    expect(shown).toEqual({ ...filter, sort: "-due", columns: "number,queue" });
  });

  it("leaves out of the address what a list does anyway, as the server tells it", () => {
    const query = { q: "泵", sort: "-created", state: [], overdue: false, customer_id: null };

    expect(filterOf({ query, columns: [...USUAL] })).toEqual({ q: "泵", columns: USUAL.join(",") });
    expect(columnNames({ columns: USUAL.join(",") })).toEqual(USUAL);
  });

  it("always has the number among its columns, and leaves unknown ones out", () => {
    expect(columnNames({ columns: "queue,nonsense" })).toEqual(["number", "queue"]);
    expect(columnNames({})).toBe(USUAL);
  });
});
