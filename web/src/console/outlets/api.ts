/** What the API says of outlets. */
export interface Outlet {
  id: string;
  code: string;
  name: string;
  region: string;
  contact_name: string;
  phone: string | null;
  email: string | null;
  price_list_id: string | null;
  active: boolean;
  version: number;
}
export interface Member {
  id: string;
  name: string;
  phone: string | null;
}
