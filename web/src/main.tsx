/** Starts the client: the query cache, the language, the session of last time. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiError } from "./api/errors";
import { restoreSession } from "./api/session";
import { App } from "./app";
import { applyPreferences } from "./features/settings/preferences";
import { I18nProvider } from "./i18n";
import "./styles/index.css";

const client = new QueryClient({
  defaultOptions: {
    queries: {
      refetchOnWindowFocus: false,
      retry: (count, error) => count < 3 && error instanceof ApiError && error.isTemporary,
    },
    mutations: { retry: false },
  },
});

applyPreferences();
void restoreSession();

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <I18nProvider>
        <App />
      </I18nProvider>
    </QueryClientProvider>
  </StrictMode>,
);
