// A SCIM server of the npm packages scimmy and scimmy-routers, with its resources in memory.
//
// Arguments: the folder in which `npm ci` was run, and the descriptor of a listening socket.
// Beside SCIM it takes `POST /__reset`, which empties it, and `POST /__cut`, which breaks off the
// next list in the middle of its body. Uniqueness and filters are the store's own work here, as in
// every application that is built on these packages.

import { createRequire } from "node:module";
import { randomUUID } from "node:crypto";
import { pathToFileURL } from "node:url";

const [folder, descriptor] = process.argv.slice(2);
const { resolve } = createRequire(pathToFileURL(`${folder}/package.json`));
const loaded = async (name) => {
  const found = await import(pathToFileURL(resolve(name)));
  return found.default?.default ?? found.default ?? found;
};
const express = await loaded("express");
const SCIMMY = await loaded("scimmy");
const Routers = await loaded("scimmy-routers");

const stores = { User: new Map(), Group: new Map() };
const nameOf = { User: "userName", Group: "displayName" };
let cuts = 0;

const folded = (value) => String(value).toLowerCase();

function taken(kind, id, data) {
  const name = nameOf[kind];
  return [...stores[kind]].some(
    ([other, known]) => other !== id && folded(known[name]) === folded(data[name]),
  );
}

const isKnown = (id) => Object.values(stores).some((store) => store.has(id));

function keepers(kind) {
  const store = stores[kind];
  const known = (id) => {
    const found = store.get(id);
    if (!found) throw new SCIMMY.Types.Error(404, null, "there is no such resource");
    return found;
  };
  const ingress = (resource, data) => {
    const before = resource.id ? known(resource.id) : undefined;
    const id = resource.id ?? randomUUID();
    if (taken(kind, id, data))
      throw new SCIMMY.Types.Error(409, "uniqueness", "the name is taken");
    if (!(data.members ?? []).every(({ value }) => isKnown(value)))
      throw new SCIMMY.Types.Error(400, "invalidValue", "a member does not exist");
    const { schemas, ...values } = JSON.parse(JSON.stringify(data));
    const now = new Date().toISOString();
    const meta = { created: before?.meta.created ?? now, lastModified: now };
    store.set(id, { ...values, id, meta });
    return store.get(id);
  };
  const egress = (resource) => {
    if (resource.id) return known(resource.id);
    const all = [...store.values()];
    return resource.filter ? resource.filter.match(all) : all;
  };
  const degress = (resource) => {
    known(resource.id);
    store.delete(resource.id);
  };
  return { ingress, egress, degress };
}

SCIMMY.Resources.declare(SCIMMY.Resources.User, keepers("User"));
SCIMMY.Resources.declare(SCIMMY.Resources.Group, keepers("Group"));
SCIMMY.Resources.User.extend(SCIMMY.Schemas.EnterpriseUser, false);
SCIMMY.Config.set({
  patch: true,
  filter: { supported: true, maxResults: 200 },
  bulk: { supported: true, maxOperations: 1000, maxPayloadSize: 1048576 },
  sort: true,
  etag: false,
});

function cutNextList(request, response, next) {
  if (!cuts || request.method !== "GET" || !request.path.endsWith("/Users")) return next();
  cuts -= 1;
  response.writeHead(200, { "content-type": "application/scim+json", "content-length": 4096 });
  response.write('{"Resources": [', () => response.destroy());
}

// Express 5 parses the query at each access, and the router writes numbers into it: without one
// copy that stays, every list would begin at its first resource.
function keepQuery(request, _response, next) {
  Object.defineProperty(request, "query", { value: { ...request.query }, writable: true });
  next();
}

function bearer(request) {
  if (request.header("Authorization") !== `Bearer ${process.env.SCIM_TOKEN}`)
    throw new Error("a token is needed");
  return "tests";
}

const application = express();
application.post("/v2/__reset", (_request, response) => {
  for (const store of Object.values(stores)) store.clear();
  cuts = 0;
  response.send("");
});
application.post("/v2/__cut", (_request, response) => {
  cuts += 1;
  response.send("");
});
application.use(cutNextList, keepQuery);
application.use("/v2", new Routers({ type: "bearer", baseUri: () => "http://127.0.0.1", handler: bearer }));
application.listen({ fd: Number(descriptor) });
