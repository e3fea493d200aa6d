// A throw-away OpenID provider on loopback, for tests of signing in. Never run it anywhere else: any password is accepted.
// node provider.mjs PORT REDIRECT_URI ACCOUNTS_FILE LOG_FILE
//
// ACCOUNTS_FILE is read at every sign-in: {"<login>": {"name": "…", "roles": ["…"], "tid": "…", "groups": 190}}.
// LOG_FILE gets a line of JSON for each authorization request, so that a test can see what was asked for.
import { appendFileSync, readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import Provider from 'oidc-provider';

const [port, redirect, accounts, log] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const person = (id) => JSON.parse(readFileSync(accounts, 'utf8'))[id];
const groupIds = (n) => Array.from({ length: n }, (_, i) => createHash('sha256').update(`g${i}`).digest('hex').slice(0, 36));

const provider = new Provider(issuer, {
  clients: [{
    client_id: 'dashboard', client_secret: 'loopback-only-secret-loopback-only-secret',
    redirect_uris: [redirect], post_logout_redirect_uris: [redirect],
    grant_types: ['authorization_code'], response_types: ['code'],
  }],
  async findAccount(ctx, id) {
    const { name, roles, tid, groups, ...more } = person(id) ?? { name: id, roles: [] };
    return { accountId: id, claims: () => ({
      sub: id, oid: `object-${id}`, tid: tid ?? 'loopback', name, roles, preferred_username: `${id}@example.org`, email: `${id}@example.org`,
      ...(groups ? { groups: groupIds(groups) } : {}), ...more }) };
  },
  claims: { openid: ['sub', 'oid', 'tid', 'roles', 'groups'], email: ['email'], profile: ['name', 'preferred_username'] },
  conformIdTokenClaims: false,        // claims stand in the ID token, as Entra ID puts them there
  pkce: { required: () => true },     // S256 is the only method that this provider takes
  async loadExistingGrant(ctx) {      // no question of consent
    const { client, session, result, params } = ctx.oidc;
    const id = result?.consent?.grantId || session.grantIdFor(client.clientId);
    if (id) return provider.Grant.find(id);
    const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope(params.scope);
    await grant.save();
    return grant;
  },
  ttl: { IdToken: 60, AccessToken: 60, Session: 3600, Grant: 3600, Interaction: 600 },
  cookies: { keys: ['loopback-only'] },
  features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
});
provider.on('authorization.accepted', (ctx) => {
  const { code_challenge_method, scope, prompt, redirect_uri } = ctx.oidc.params;
  appendFileSync(log, `${JSON.stringify({ code_challenge_method, scope, prompt, redirect_uri })}\n`);
});
provider.listen(Number(port), '127.0.0.1', () => console.log(`issuer ${issuer}`));
