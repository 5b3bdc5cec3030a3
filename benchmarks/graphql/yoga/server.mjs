// `node server.mjs PORT DSN`: the same questions answered by GraphQL Yoga from the same rows, in one process.
// As the plain endpoint, without rights, limits, cursors and ids of requests; a page is known by its alias.
import { createServer } from "node:http";
import { createSchema, createYoga } from "graphql-yoga";
import pg from "pg";

const [port, dsn] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: dsn, max: 1 });
const PAGE = 100;

const PAGE_SQL = `SELECT id, fqn, type, version, captured, fields, created_at, updated_at FROM asset
  WHERE (organization_id, project_id) = (SELECT organization_id, id FROM project)
  AND fqn >= $1 AND fqn < $1 || '/' AND deleted_at IS NULL ORDER BY fqn OFFSET $2 LIMIT ${PAGE}`;
const TABLES_SQL = `SELECT id, fqn, type FROM asset WHERE parent_fqn = $1 AND deleted_at IS NULL ORDER BY position, fqn`;
const COLUMNS_SQL = `SELECT id, fqn, parent_fqn, type FROM asset WHERE parent_fqn = ANY($1) AND deleted_at IS NULL
  ORDER BY parent_fqn, position, fqn`;

const typeDefs = /* GraphQL */ `
  scalar Fqn
  scalar DateTime
  type Query {
    viewer: Viewer!
    asset(fqn: Fqn!): Asset
    assets(scope: Fqn, first: Int, after: String): AssetConnection!
  }
  type Viewer { name: String! }
  type AssetConnection { edges: [AssetEdge!]! }
  type AssetEdge { node: Asset! }
  type Asset {
    id: ID!
    fqn: Fqn!
    name: String!
    type: String!
    version: Int!
    sourceComment: String
    dataType: String
    nullable: Boolean
    description: String
    sensitivity: String
    createdAt: DateTime!
    updatedAt: DateTime!
    children: [Asset!]!
    columns: [Asset!]!
  }
`;

const resolvers = {
  Query: {
    viewer: () => ({ name: "developer" }),
    asset: (_, { fqn }) => ({ fqn }),
    assets: async (_, { scope }, __, info) => {
      const page = Number(info.path.key.slice(1));
      const { rows } = await pool.query({ name: "page", text: PAGE_SQL, values: [scope, page * PAGE] });
      return { edges: rows.map((node) => ({ node })) };
    },
  },
  Asset: {
    id: ({ id }) => Buffer.from(`Asset:${id.replaceAll("-", "")}`).toString("base64url"),
    name: ({ fqn }) => fqn.slice(fqn.lastIndexOf(".") + 1),
    sourceComment: ({ captured }) => captured.comment,
    dataType: ({ captured }) => captured.data_type,
    nullable: ({ captured }) => captured.nullable,
    description: ({ fields }) => fields.description?.value,
    sensitivity: ({ fields }) => fields.sensitivity?.value,
    createdAt: ({ created_at }) => created_at.toISOString(),
    updatedAt: ({ updated_at }) => updated_at.toISOString(),
    children: async ({ fqn }) => {
      const tables = (await pool.query({ name: "tables", text: TABLES_SQL, values: [fqn] })).rows;
      const columns = new Map(tables.map((table) => [table.fqn, []]));
      const found = await pool.query({ name: "columns", text: COLUMNS_SQL, values: [[...columns.keys()]] });
      for (const column of found.rows) columns.get(column.parent_fqn).push(column);
      return tables.map((table) => ({ ...table, columns: columns.get(table.fqn) }));
    },
  },
};

const yoga = createYoga({ schema: createSchema({ typeDefs, resolvers }), logging: "warn", graphiql: false });
createServer((request, response) =>
  request.url === "/healthz" ? response.end() : yoga(request, response),
).listen(Number(port), "127.0.0.1");
