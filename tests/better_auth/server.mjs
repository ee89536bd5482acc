// A Better Auth server that lives as long as its standard input is open.
//
//   BETTER_AUTH_SECRET=… node server.mjs ALGORITHM [PORT]
//
// Once it listens, it says where in one line of JSON: {"url": "http://127.0.0.1:40123"}. All that
// is outside /api/auth is for the tests: POST /rotate and POST /remove-old.

import { once } from "node:events";
import { createServer } from "node:http";

import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { toNodeHandler } from "better-auth/node";
import { jwt } from "better-auth/plugins/jwt";

const GRACE_PERIOD = 24 * 60 * 60; // seconds

const [algorithm, port = "0"] = process.argv.slice(2);
const keyPairConfig =
  algorithm === "EdDSA" ? { alg: algorithm, crv: "Ed25519" } : { alg: algorithm };

// First the port: what a token says of its issuer is the origin that Better Auth is given.
const server = createServer().listen(Number(port), "127.0.0.1");
await once(server, "listening");
const url = `http://127.0.0.1:${server.address().port}`;

const auth = betterAuth({
  baseURL: url,
  database: memoryAdapter({ user: [], session: [], account: [], verification: [], jwks: [] }),
  emailAndPassword: { enabled: true },
  plugins: [jwt({ jwks: { keyPairConfig, gracePeriod: GRACE_PERIOD } })],
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
});
const { adapter } = await auth.$context;

/** Say of these keys that their time was up so many seconds ago. */
async function expire(keys, seconds) {
  for (const { id } of keys) {
    await adapter.update({
      model: "jwks",
      where: [{ field: "id", value: id }],
      update: { expiresAt: new Date(Date.now() - seconds * 1000) },
    });
  }
}

const controls = {
  // A key whose time is up signs no more, and is published for the grace period. Better Auth makes
  // the next key when it has to sign, so it is given something to sign.
  "/rotate": async (keys) => {
    await expire(keys.filter(({ expiresAt }) => !expiresAt), 1);
    await auth.api.signJWT({ body: { payload: {} } });
  },
  "/remove-old": (keys) => expire(keys.filter(({ expiresAt }) => expiresAt), GRACE_PERIOD + 1),
};

const answer = toNodeHandler(auth);
server.on("request", async (request, response) => {
  if (request.url.startsWith("/api/auth/")) return answer(request, response);
  const control = request.method === "POST" && controls[request.url];
  if (control) await control(await adapter.findMany({ model: "jwks" }));
  return response.writeHead(control ? 204 : 404).end();
});

process.stdin.resume().on("close", () => process.exit());
process.on("SIGTERM", () => process.exit());
console.log(JSON.stringify({ url }));
