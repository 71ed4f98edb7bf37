/**
 * The private half of an officer's key. The browser makes it and keeps it in a form that no script can read out: it signs here,
 * on this device, and never leaves it. Ed25519 of WebCrypto.
 */
const DATABASE = "chancery-keys";
const STORE = "keys";

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(DATABASE, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE);
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

async function inStore<T>(
  mode: IDBTransactionMode,
  ask: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const asked = ask(database.transaction(STORE, mode).objectStore(STORE));
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
  } finally {
    database.close();
  }
}

const base64 = (octets: ArrayBuffer): string =>
  btoa(Array.from(new Uint8Array(octets), (octet) => String.fromCharCode(octet)).join(""));

/** A new key: its public half, and how to keep the private one once the server has given it an id. */
export async function makeKey(): Promise<{ publicKey: string; keep: (id: string) => Promise<void> }> {
  const pair = (await crypto.subtle.generateKey({ name: "Ed25519" }, false, [
    "sign",
    "verify",
  ])) as CryptoKeyPair;
  return {
    publicKey: base64(await crypto.subtle.exportKey("raw", pair.publicKey)),
    keep: async (id) => {
      await inStore("readwrite", (store) => store.put(pair.privateKey, id));
    },
  };
}

/** Which of these keys this device holds. */
export async function heldHere(ids: string[]): Promise<string[]> {
  const held = await inStore("readonly", (store) => store.getAllKeys());
  return ids.filter((id) => held.includes(id));
}

/** The signature of a key that this device holds. */
export async function signHere(id: string, statement: string): Promise<string> {
  const key = (await inStore("readonly", (store) => store.get(id))) as CryptoKey | undefined;
  if (!key) throw new Error("this device does not hold the key");
  return base64(await crypto.subtle.sign({ name: "Ed25519" }, key, new TextEncoder().encode(statement)));
}
