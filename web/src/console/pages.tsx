/** What each page and each selected thing is drawn by; all of it loaded when it is first needed. */
import { type ComponentType, lazy } from "react";
import type { Group, SelectionKind, View, ViewOf } from "./views";

/** Groups that draw themselves: their pages share something. */
type OwnGroup = "map" | "board" | "fleet";
type PageView = ViewOf<Exclude<Group, OwnGroup>>;

/** The pages of all other groups. */
export const PAGES: Readonly<Record<PageView, ComponentType>> = {
  assets: lazy(() => import("./assets/AssetList").then((found) => ({ default: found.AssetList }))),
  places: lazy(() => import("./assets/Places").then((found) => ({ default: found.Places }))),
  catalogue: lazy(() =>
    import("./catalogue/CataloguePage").then((found) => ({ default: found.CataloguePage })),
  ),
  tickets: lazy(() => import("./tickets/TicketList").then((found) => ({ default: found.TicketList }))),
  conflicts: lazy(() => import("./tickets/Conflicts").then((found) => ({ default: found.Conflicts }))),
  customers: lazy(() =>
    import("./customers/CustomerList").then((found) => ({ default: found.CustomerList })),
  ),
  sites: lazy(() => import("./customers/SiteList").then((found) => ({ default: found.SiteList }))),
  duplicates: lazy(() => import("./customers/Duplicates").then((found) => ({ default: found.Duplicates }))),
  technicians: lazy(() =>
    import("./technicians/TechnicianList").then((found) => ({ default: found.TechnicianList })),
  ),
  crews: lazy(() => import("./technicians/Crews").then((found) => ({ default: found.Crews }))),
  absences: lazy(() => import("./technicians/Absences").then((found) => ({ default: found.Absences }))),
  certificates: lazy(() =>
    import("./technicians/Certificates").then((found) => ({ default: found.Certificates })),
  ),
  pay: lazy(() => import("./technicians/PayTerms").then((found) => ({ default: found.PayTerms }))),
  cases: lazy(() => import("./cases/CaseList").then((found) => ({ default: found.CaseList }))),
  incidents: lazy(() => import("./cases/IncidentList").then((found) => ({ default: found.IncidentList }))),
  playbooks: lazy(() =>
    import("./playbooks/PlaybookList").then((found) => ({ default: found.PlaybookList })),
  ),
  policy: lazy(() => import("./policy/PolicyPage").then((found) => ({ default: found.PolicyPage }))),
  checklists: lazy(() =>
    import("./checklists/ChecklistList").then((found) => ({ default: found.ChecklistList })),
  ),
  mails: lazy(() => import("./mail/MailList").then((found) => ({ default: found.MailList }))),
  plans: lazy(() => import("./maintenance/PlanList").then((found) => ({ default: found.PlanList }))),
  compliance: lazy(() => import("./maintenance/Compliance").then((found) => ({ default: found.Compliance }))),
  routes: lazy(() => import("./maintenance/Routes").then((found) => ({ default: found.Routes }))),
  orders: lazy(() => import("./orderlist/OrdersPage").then((found) => ({ default: found.OrdersPage }))),
  watch: lazy(() => import("./sla/Watch").then((found) => ({ default: found.Watch }))),
  calendars: lazy(() => import("./sla/Calendars").then((found) => ({ default: found.Calendars }))),
  policies: lazy(() => import("./sla/Policies").then((found) => ({ default: found.Policies }))),
  contracts: lazy(() =>
    import("./contracts/ContractList").then((found) => ({ default: found.ContractList })),
  ),
  quotes: lazy(() => import("./quotes/QuoteList").then((found) => ({ default: found.QuoteList }))),
  prices: lazy(() => import("./prices/PriceLists").then((found) => ({ default: found.PriceLists }))),
  outlets: lazy(() => import("./outlets/OutletList").then((found) => ({ default: found.OutletList }))),
  settlements: lazy(() =>
    import("./costs/SettlementList").then((found) => ({ default: found.SettlementList })),
  ),
  ladders: lazy(() => import("./sla/Ladders").then((found) => ({ default: found.Ladders }))),
  kpi: lazy(() => import("./figures/Kpi").then((found) => ({ default: found.Kpi }))),
  failures: lazy(() => import("./figures/Failures").then((found) => ({ default: found.Failures }))),
};

export function pageOf(view: View): ComponentType | undefined {
  return (PAGES as Partial<Record<View, ComponentType>>)[view];
}

export interface PanelProps {
  id: string;
  /** The tab of the panel; none: its first. */
  part?: string;
}

/** What the inspector shows of a selected thing. */
export const PANELS: Readonly<Record<SelectionKind, ComponentType<PanelProps>>> = {
  orders: lazy(() => import("./orders/OrderPanel").then((found) => ({ default: found.OrderPanel }))),
  devices: lazy(() => import("./devices/DevicePanel").then((found) => ({ default: found.DevicePanel }))),
  technicians: lazy(() =>
    import("./technicians/TechnicianPanel").then((found) => ({ default: found.TechnicianPanel })),
  ),
  assets: lazy(() => import("./assets/AssetPanel").then((found) => ({ default: found.AssetPanel }))),
  customers: lazy(() =>
    import("./customers/CustomerPanel").then((found) => ({ default: found.CustomerPanel })),
  ),
  sites: lazy(() => import("./customers/SitePanel").then((found) => ({ default: found.SitePanel }))),
  campaigns: lazy(() => import("./firmware/CampaignPanel")),
  cases: lazy(() => import("./cases/CasePanel").then((found) => ({ default: found.CasePanel }))),
  incidents: lazy(() => import("./cases/IncidentPanel").then((found) => ({ default: found.IncidentPanel }))),
  playbooks: lazy(() =>
    import("./playbooks/PlaybookPanel").then((found) => ({ default: found.PlaybookPanel })),
  ),
  kpi: lazy(() => import("./figures/KpiPanel").then((found) => ({ default: found.KpiPanel }))),
  failures: lazy(() => import("./figures/BarPanel").then((found) => ({ default: found.BarPanel }))),
  checklists: lazy(() =>
    import("./checklists/ChecklistPanel").then((found) => ({ default: found.ChecklistPanel })),
  ),
  tickets: lazy(() => import("./tickets/TicketPanel").then((found) => ({ default: found.TicketPanel }))),
  contracts: lazy(() =>
    import("./contracts/ContractPanel").then((found) => ({ default: found.ContractPanel })),
  ),
  outlets: lazy(() => import("./outlets/OutletPanel").then((found) => ({ default: found.OutletPanel }))),
  settlements: lazy(() =>
    import("./costs/SettlementPanel").then((found) => ({ default: found.SettlementPanel })),
  ),
  plans: lazy(() => import("./maintenance/PlanPanel").then((found) => ({ default: found.PlanPanel }))),
};
