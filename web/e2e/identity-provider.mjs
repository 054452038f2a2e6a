// A real OpenID provider for tests (npm oidc-provider) whose people are whoever the test says:
//   node e2e/identity-provider.mjs PORT REDIRECT_URI
//   POST /person  {"sub", "email", "email_verified", "name"}: who signs in from now on, without being asked
//   POST /mint    {"claims", "alg"}: an id token with these claims, signed as the provider would, or worse
import { createServer } from "node:http";
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import Provider from "oidc-provider";

const [port, redirectUri] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const CLIENT = { id: "leadhouse", secret: "a-secret-of-the-test-that-is-long-enough" };
const { privateKey } = await generateKeyPair("RS256", { extractable: true });
const jwk = { ...(await exportJWK(privateKey)), kid: "test", alg: "RS256", use: "sig" };
const people = new Map();
let person = "nobody";

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: CLIENT.id,
      client_secret: CLIENT.secret,
      redirect_uris: [redirectUri],
      grant_types: ["authorization_code"],
      response_types: ["code"],
    },
  ],
  jwks: { keys: [jwk] },
  cookies: { keys: ["a key of the test"] },
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
  conformIdTokenClaims: false,
  features: { devInteractions: { enabled: false } },
  pkce: { required: () => true },
  interactions: { url: (_, { uid }) => `/interaction/${uid}` },
  findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, ...people.get(sub) }) }),
  async loadExistingGrant({ oidc }) {
    const grant = new provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
    grant.addOIDCScope("openid email profile");
    await grant.save();
    return grant;
  },
});

async function mint({ claims, alg = "RS256" }) {
  const now = Math.floor(Date.now() / 1000);
  const all = { iss: issuer, aud: CLIENT.id, iat: now, exp: now + 300, ...claims };
  if (alg === "none") return new UnsecuredJWT(all).encode();
  const key = alg === "HS256" ? new TextEncoder().encode(CLIENT.secret) : privateKey;
  return new SignJWT(all).setProtectedHeader({ alg, kid: claims.kid ?? "test" }).sign(key);
}

async function bodyOf(request) {
  let text = "";
  for await (const chunk of request) text += chunk;
  return JSON.parse(text);
}

const flow = provider.callback();
const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, issuer);
  if (pathname === "/person") {
    const { sub, ...claims } = await bodyOf(request);
    people.set(sub, claims);
    person = sub;
    response.end();
  } else if (pathname === "/mint") {
    response.end(await mint(await bodyOf(request)));
  } else if (pathname.startsWith("/interaction/")) {
    await provider.interactionFinished(request, response, { login: { accountId: person } });
  } else {
    flow(request, response);
  }
});
server.listen(Number(port), "127.0.0.1", () => console.log(issuer));
