/**
 * What the package offers in a browser, as `caption-lm/browser`: the same captions, language models and labels, and the
 * core under them, on WebAssembly. What reads files and folders of data is left out; a path is an address.
 *
 * The files in the folders beside this one stand in for those of the same place in `src`, which need Node: see
 * `scripts/build-browser.mjs`.
 */
export * from '../decoding.ts';
export * from '../nn.ts';
export * from '../portable.ts';
// In browsers alone

export { setPackageAddress } from './base/files.ts';
