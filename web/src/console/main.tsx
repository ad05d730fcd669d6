import "../shared/tokens.css";
import "../shared/base.css";
import "../shared/theme";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiProblem } from "../shared/api/client";
import { App } from "./App";
import { CrashGuard } from "./CrashGuard";

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      refetchOnWindowFocus: false,
      networkMode: "always",
      retry: (failures, error) =>
        failures < 2 && error instanceof ApiProblem && (error.offline || error.status >= 500),
    },
    mutations: { networkMode: "always" },
  },
});

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <CrashGuard>
          <App />
        </CrashGuard>
      </QueryClientProvider>
    </StrictMode>,
  );
}
