/** What is to be done with files that may hold a dataset, but are not read here: archives, and tables of other programs. */

const ADVICE: readonly (readonly [names: RegExp, advice: (name: string) => string])[] = [
  [
    /\.(parquet|arrow|feather)$/i,
    (name) => `Write what ${name} holds to pictures and a metadata.csv first, as Python's \`datasets\` can.`,
  ],
  [/\.(zip|tar|tgz|tar\.\w+|7z|rar)$/i, (name) => `Unpack ${name}.`],
  [/\.(xlsx?|ods|numbers)$/i, (name) => `Save ${name} as CSV (in UTF-8).`],
  [
    /\.(tfrecords?|pkl|pickle|mdb|h5|hdf5|npz)$/i,
    (name) => `Write what ${name} holds to pictures and a metadata.csv first.`,
  ],
];

/** Advice on the first file that is of a known kind; undefined where none is. */
export function adviceOnFiles(names: readonly string[]): string | undefined {
  for (const [kind, advice] of ADVICE) {
    const name = names.find((one) => kind.test(one));
    if (name !== undefined) return advice(name);
  }
  return undefined;
}
