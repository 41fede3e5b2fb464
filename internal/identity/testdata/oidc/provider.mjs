// A provider of sign-ins for the tests: node provider.mjs PORT CALLBACK. Whoever
// comes is signed in as who /as?sub=…&amr=… named last. It ends with its standard
// input.
import Provider from "oidc-provider";

const [port, callback] = process.argv.slice(2);
let as = {sub: "nobody", amr: []};

const provider = new Provider(`http://localhost:${port}`, {
  clients: [{client_id: "ieum", client_secret: "a secret of the test", redirect_uris: [callback], response_types: ["code"], grant_types: ["authorization_code"]}],
  pkce: {required: () => true},
  claims: {acr: null, auth_time: null, iss: null, sid: null, openid: ["sub", "amr"]},
  conformIdTokenClaims: false,
  features: {devInteractions: {enabled: false}},
  findAccount: (_, id) => ({accountId: id, claims: () => ({sub: id})}),
  interactions: {url: (_, interaction) => `/interaction/${interaction.uid}`},
});

provider.use(async (ctx, next) => {
  if (ctx.path === "/as") {
    as = {sub: ctx.query.sub, amr: ctx.query.amr ? [ctx.query.amr] : []};
    ctx.body = "ok";
    return;
  }
  if (!ctx.path.startsWith("/interaction/")) return next();
  const {prompt, params, session, grantId} = await provider.interactionDetails(ctx.req, ctx.res);
  if (prompt.name === "login") {
    return provider.interactionFinished(ctx.req, ctx.res, {login: {accountId: as.sub, amr: as.amr}}, {mergeWithLastSubmission: false});
  }
  const grant = grantId ? await provider.Grant.find(grantId) : new provider.Grant({accountId: session.accountId, clientId: params.client_id});
  grant.addOIDCScope("openid");
  return provider.interactionFinished(ctx.req, ctx.res, {consent: {grantId: await grant.save()}}, {mergeWithLastSubmission: true});
});

provider.listen(port, "localhost", () => console.log("ready"));
process.stdin.on("end", () => process.exit(0)).resume();
