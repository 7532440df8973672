// An OpenID provider on loopback: `node provider.mjs '{"issuer":"http://localhost:1","port":1,"redirect":"http://...","codeSeconds":60}'`, in a directory in
// which the package is installed. Everybody may sign in there under any name; `ann` is in the group `ops`.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const installed = createRequire(`${process.cwd()}/package.json`);
const { default: Provider } = await import(pathToFileURL(installed.resolve('oidc-provider')));

const { issuer, port, redirect, codeSeconds } = JSON.parse(process.argv[2]);
const client = (more) => ({
  redirect_uris: [redirect],
  grant_types: ['authorization_code'],
  response_types: ['code'],
  ...more,
});

const provider = new Provider(issuer, {
  clients: [
    client({ client_id: 'holdfast', client_secret: 'a secret: of this & that' }),
    client({ client_id: 'public', token_endpoint_auth_method: 'none' }),
  ],
  pkce: { methods: ['S256'], required: () => true },
  claims: { openid: ['sub', 'groups'] },
  // The groups are in the ID token, where Holdfast looks for them.
  conformIdTokenClaims: false,
  findAccount: (ctx, id) => ({
    accountId: id,
    claims: () => ({ sub: id, groups: id === 'ann' ? ['ops'] : [] }),
  }),
  ttl: { AuthorizationCode: codeSeconds },
});
provider.listen(port, '127.0.0.1', () => console.log('listening'));
