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

ReactDOM.createRoot(document.getElementById("graphiql")).render(
  React.createElement(GraphiQL, { fetcher, defaultQuery: example, shouldPersistHeaders: false }),
);
