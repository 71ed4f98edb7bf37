/** What every unit test starts from: an empty browser. */
import { afterEach } from "vitest";

afterEach(() => localStorage.clear());
