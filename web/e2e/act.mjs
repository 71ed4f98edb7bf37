/** What people do that is not looked at: they ask the server themselves. */
import { base } from "./browser.mjs";
import { fail } from "./page.mjs";

const ask = (method, path, body, token) =>
  fetch(`${base}/api/v1${path}`, {
    method,
    headers: { "Content-Type": "application/json", ...(token ? { Authorization: `Bearer ${token}` } : {}) },
    body: body && JSON.stringify(body),
  });

/** Somebody who has signed in, and asks; whoever asks too often waits as long as they are told to. */
export async function act(login) {
  const { session } = await (await ask("POST", "/session", { login, password: "chancery" })).json();
  return async (method, path, body) => {
    for (;;) {
      const answer = await ask(method, path, body, session.access_token);
      const said = await answer.text();
      if (answer.ok) return said ? JSON.parse(said) : null;
      if (answer.status !== 429) fail(`${path}: ${said}`);
      const { error } = JSON.parse(said);
      await new Promise((over) => setTimeout(over, 1_000 * (error.retry_after_seconds ?? 1)));
    }
  };
}
