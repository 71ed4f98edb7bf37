/** What HR does: changes the directory, and nothing else. */
import { execFileSync } from "node:child_process";
import { fail } from "./page.mjs";

function run(program, args, input) {
  try {
    return execFileSync(program, args, {
      input,
      stdio: ["pipe", "pipe", "pipe"],
      timeout: 120_000,
    }).toString();
  } catch (error) {
    return fail(`${program}: ${error.stderr?.toString().trim() || error.message}`);
  }
}

/** A client of the directory, bound as its administrator. */
function ldap(program, args, input) {
  const url = process.env.LDAP_URL ?? fail("LDAP_URL is not set");
  const startTls = url.startsWith("ldap://") && process.env.LDAPTLS_CACERT ? ["-ZZ"] : [];
  const bind = ["-D", process.env.LDAP_ADMIN_DN ?? "", "-w", process.env.LDAP_ADMIN_PASSWORD ?? ""];
  return run(program, ["-x", "-H", url, ...startTls, ...bind, ...args], input);
}

const line = (name, value) => `${name}:: ${Buffer.from(value, "utf8").toString("base64")}\n`;

/** The name of the entry of whoever has this login. */
function dnOf(login) {
  const base = process.env.LDAP_BASE ?? fail("LDAP_BASE is not set");
  const found = ldap("ldapsearch", ["-LLL", "-o", "ldif-wrap=no", "-b", base, `(uid=${login})`, "1.1"]);
  const [, isBase64, dn] = /^dn:(:?) (.*)$/m.exec(found) ?? fail(`${login} is not in the directory`);
  return isBase64 ? Buffer.from(dn, "base64").toString("utf8") : dn;
}

/** Gives an attribute of somebody these values in place of those that it has; none takes it away. */
export function replaceInDirectory(login, attribute, ...values) {
  const lines = values.map((value) => line(attribute, value)).join("");
  ldap("ldapmodify", [], `${line("dn", dnOf(login))}changetype: modify\nreplace: ${attribute}\n${lines}`);
}

export function removeFromDirectory(dn) {
  ldap("ldapmodify", [], `${line("dn", dn)}changetype: delete\n`);
}

export function runSync(command) {
  run("/bin/sh", ["-c", command]);
}
