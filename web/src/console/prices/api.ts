/** What the API says of price lists. */
export const PURPOSES = ["standard", "own_cost", "special"] as const;
export type Purpose = (typeof PURPOSES)[number];

export interface PriceLine {
  id: string;
  code: string;
  name: string;
  purpose: Purpose;
  version: number;
}
export interface Rate {
  skill: string | null;
  level: number | null;
  weekdays: number[] | null;
  starts: string | null;
  ends: string | null;
  per_hour: string;
}
export interface PriceList extends PriceLine {
  per_kilometre: string;
  per_visit: string;
  travel_time_percent: number;
  parts_markup_percent: number;
  rates: Rate[];
  parts: { part_id: string; unit_price: string }[];
}
