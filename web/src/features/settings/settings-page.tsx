/** The settings come when they are opened. */
import { lazyPage } from "../../ui/lazy-page";

export const SettingsPage = lazyPage(async () => (await import("./settings-body")).SettingsBody);
