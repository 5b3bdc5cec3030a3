// What the shared rules cannot know about this schema.
import shared from './eslint.config.mjs';

export default [...shared, {
  files: ['**/*.graphql'],
  rules: {
    // Lists that are short and say what bounds them are no pages, and not all that stands on a page has an id.
    '@graphql-eslint/relay-edge-types': ['error', { listTypeCanWrapOnlyEdgeType: false, shouldImplementNode: false }],
    // What happened and what was found are walked forward only.
    '@graphql-eslint/relay-arguments': ['error', { includeBoth: false }],
  },
}];
