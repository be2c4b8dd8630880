/** Packages that need not be there: installed beside this one, or by `caption setup` into the user's cache. */
import { createRequire } from 'node:module';
import { basename, resolve } from 'node:path';
import { InputError, reasonOf } from './errors.ts';
import { cacheFolder } from './files.ts';

/** The folder of the cache whose node_modules holds the package if `caption setup` made it. */
export function packageFolder(name: string): string {
  return cacheFolder('native', basename(name));
}

/**
 * Loads an optional package, which has to be CommonJS.
 *
 * @param prepare is called before the package is loaded, where it is there
 * @throws AggregateError whose message says where it was looked for, or why what was found there can't be loaded
 */
export function requireOptional(name: string, prepare: () => void = () => {}): unknown {
  const folder = packageFolder(name);
  const failures: unknown[] = [];
  for (const place of [import.meta.url, resolve(folder, 'package.json')]) {
    try {
      const requireThere = createRequire(place);
      requireThere.resolve(name);
      prepare();
      return requireThere(name);
    } catch (error) {
      failures.push(error);
    }
  }
  const broken = failures.find((error) => !isAbsence(error, name));
  throw new AggregateError(failures, broken ? reasonOf(broken) : `no ${name} beside this package or in ${folder}`);
}

/**
 * `requireOptional` of a package that users install themselves.
 *
 * @param use what needs it, as in "pictures in S3 need"
 * @param install the packages that npm is to install for this use
 * @throws InputError that says how
 */
export function requireInstalled(name: string, use: string, install = name): unknown {
  try {
    return requireOptional(name);
  } catch (cause) {
    throw new InputError(`${use} the package ${name}`, {
      found: reasonOf(cause),
      advice: `Install it beside this one: npm install ${install}`,
      cause,
    });
  }
}

function isAbsence(error: unknown, name: string): boolean {
  return reasonOf(error) === `Cannot find module '${name}'`;
}
