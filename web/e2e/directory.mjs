/** What HR does: changes the directory, and nothing else. */
import { execFileSync } from "node:child_process";
import { fail } from "./page.mjs";

function run(program, args, input) {
  try {
    execFileSync(program, args, { input, stdio: ["pipe", "pipe", "pipe"], timeout: 120_000 });
  } catch (error) {
    fail(`${program}: ${error.stderr?.toString().trim() || error.message}`);
  }
}

export function removeFromDirectory(dn) {
  const url = process.env.LDAP_URL ?? fail("LDAP_URL is not set");
  const startTls = url.startsWith("ldap://") && process.env.LDAPTLS_CACERT ? ["-ZZ"] : [];
  const bind = ["-D", process.env.LDAP_ADMIN_DN ?? "", "-w", process.env.LDAP_ADMIN_PASSWORD ?? ""];
  const change = `dn:: ${Buffer.from(dn, "utf8").toString("base64")}\nchangetype: delete\n`;
  run("ldapmodify", ["-x", "-H", url, ...startTls, ...bind], change);
}

export function runSync(command) {
  run("/bin/sh", ["-c", command]);
}
