const endpoint = new URL("/graphql", window.location.href);
const socket = new URL(endpoint);
socket.protocol = endpoint.protocol === "https:" ? "wss:" : "ws:";

const fetcher = GraphiQL.createFetcher({ url: endpoint.href, subscriptionUrl: socket.href });
const example = `# The book on the left explains every field.
query Catalogue {
  assets(first: 10, filter: { types: [TABLE] }) {
    totalCount
    edges {
      node {
        fqn
        description
        profile {
          ... on TableProfile { rowCount { value method } }
        }
      }
    }
  }
}
`;
const asked = new URLSearchParams(window.location.hash.slice(1)).get("query") ?? undefined;

ReactDOM.createRoot(document.getElementById("graphiql")).render(
  React.createElement(GraphiQL, { fetcher, query: asked, defaultQuery: example, shouldPersistHeaders: false }),
);
