/**
 * What the package offers in a browser, as `caption-lm/browser`: the same captions, language models, labels and
 * translations, and what lies under them, on WebAssembly. What reads files and folders of data is left out; a path is an
 * address.
 *
 * `scripts/build-browser.mjs` bundles it, and takes X.browser.ts in place of each X.ts that needs Node.
 */

export * from './decoding.ts';
export * from './metrics.ts';
export * from './nn.ts';
export * from './portable.ts';

// In browsers alone

export { setPackageAddress } from './base/files.browser.ts';
