// Ask the sandbox. The token comes with the address that the sandbox prints; the keys can be typed instead.

const KEPT = "sandbox-authorization";

export class Refused extends Error {
  constructor(status, text) {
    super(text);
    this.status = status;
  }
}

// Take the token out of the address, so that it is neither bookmarked nor shown.
export function takeToken() {
  const found = /^#token=([\w-]+)$/.exec(location.hash);
  if (!found) return;
  sessionStorage.setItem(KEPT, `Bearer ${found[1]}`);
  history.replaceState(null, "", "/");
}

export function useKeys(publicKey, secretKey) {
  const octets = new TextEncoder().encode(`${publicKey}:${secretKey}`);
  sessionStorage.setItem(KEPT, `Basic ${btoa(String.fromCharCode(...octets))}`);
}

async function answered(path, method, body, patience) {
  const response = await fetch(`/_sandbox/${path}`, {
    method,
    body: body === undefined ? undefined : JSON.stringify(body),
    headers: { Authorization: sessionStorage.getItem(KEPT) ?? "" },
    credentials: "omit",
    cache: "no-store",
    signal: AbortSignal.timeout(patience),
  });
  if (response.ok) return response;
  const text = await response.text();
  let told = text || response.statusText;
  try {
    told = JSON.parse(text).errors.map((error) => error.detail).join(" ");
  } catch { /* not in the envelope: the text says enough */ }
  throw new Refused(response.status, told);
}

export async function ask(path, query = {}, { method = "GET", body, patience = 30_000 } = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  const search = new URLSearchParams(given).toString();
  return (await answered(search ? `${path}?${search}` : path, method, body, patience)).json();
}

export async function download(path) {
  return (await answered(path, "GET", undefined, 120_000)).blob();
}
